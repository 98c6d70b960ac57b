//go:build !unix

package storetest

import "os/exec"

// detach declines: the server is started by a shell.
func detach(*exec.Cmd, string) error { return errNoPostgres }
