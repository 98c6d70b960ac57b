//go:build !unix

package record

import (
	"errors"
	"os"
)

// lock declines: two processes would write over each other.
func lock(*os.File) error { return errors.ErrUnsupported }
