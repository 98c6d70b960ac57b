package program

import (
	"encoding/json"
	"io"
)

// WriteJSON writes a value as people and programs like to read it: indented,
// and with < and & as they are.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
