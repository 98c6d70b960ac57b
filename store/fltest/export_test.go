package fltest

import (
	"encoding/json"
	"time"
)

// Events is what is told of the output of a test binary that comes in pieces
// of some bytes.
func Events(output []byte, piece, code int) []string {
	var events []string
	s := stream{pkg: "shop", now: func() time.Time { return time.Time{} }, tell: func(e event) {
		line, err := json.Marshal(e)
		if err != nil {
			panic(err)
		}
		events = append(events, string(line))
	}}
	for len(output) > 0 {
		n := min(piece, len(output))
		s.write(output[:n])
		output = output[n:]
	}
	s.close(code)
	return events
}
