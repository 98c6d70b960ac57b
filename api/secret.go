package api

import (
	"fmt"
	"io"
)

// hidden is what a secret shows of itself.
const hidden = "[hidden]"

func writeHidden(s fmt.State) { _, _ = io.WriteString(s, hidden) }
