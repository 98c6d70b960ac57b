package metrics

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// Names is a list of names kept as a JSON array of strings. Nil is NULL: the
// list is unknown. An empty list is known to be empty.
type Names []string

// MaxNames is how many names a list may hold.
const MaxNames = 1000

// Value gives the canonical JSON text to a driver.
func (n Names) Value() (driver.Value, error) {
	if n == nil {
		return nil, nil
	}
	b := []byte{'['}
	for i, name := range n {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendString(b, name); err != nil {
			return nil, fmt.Errorf("metrics: names: %w", err)
		}
	}
	return string(append(b, ']')), nil
}

// Scan reads a JSON array of strings. Any other JSON value is an error.
func (n *Names) Scan(src any) error {
	text, err := textOf(src)
	if err != nil || text == nil {
		*n = nil
		return err
	}
	var names []string
	if err := json.Unmarshal(text, &names); err != nil {
		return fmt.Errorf("metrics: names: %w", err)
	}
	*n = names
	return nil
}
