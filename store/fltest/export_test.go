package fltest

import (
	"encoding/json"
	"time"
)

// MaxBacklog and NewBacklog make a pipe whose writer does not wait. End says
// that nothing more will be written, or read.
const MaxBacklog = maxBacklog

var NewBacklog = newBacklog

func (l *backlog) Write(b []byte) { l.write(b) }

func (l *backlog) End(read bool) { l.end(read) }

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
