// Package program holds what the example programs share: flags, exit codes,
// interrupts, the choice of the database and progress on a terminal.
package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/doronpers/feedback-loop-go/store"
)

// Exit codes that scripts may rely on; see [ExitError].
const (
	ExitDone    = 0
	ExitFailed  = 1
	ExitUsage   = 2
	ExitRefused = 3 // done, but some records were refused
)

// Env is the world outside a program. Tests make their own.
type Env struct {
	Args     []string // without the name of the program
	Stdin    io.Reader
	Stdout   io.Writer // data
	Stderr   io.Writer // messages
	Getenv   func(string) string
	Now      func() time.Time
	Terminal bool // Stderr is a terminal, so progress is welcome
}

// ExitError is an error that chooses the exit code of a program.
type ExitError struct {
	Code int
	Err  error // nil when everything was said already
}

// Error returns the text of the reason.
func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap returns the reason.
func (e *ExitError) Unwrap() error { return e.Err }

// Usage returns an error for wrong arguments.
func Usage(format string, args ...any) error {
	return &ExitError{Code: ExitUsage, Err: fmt.Errorf(format, args...)}
}

// Main runs a program and ends the process with its exit code. Ctrl-C and
// SIGTERM cancel the context, so that the program stops cleanly; a second one
// ends it at once.
func Main(name string, run func(context.Context, Env) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	err := run(ctx, Env{
		Args:     os.Args[1:],
		Stdin:    os.Stdin,
		Stdout:   os.Stdout,
		Stderr:   os.Stderr,
		Getenv:   os.Getenv,
		Now:      time.Now,
		Terminal: term.IsTerminal(int(os.Stderr.Fd())),
	})
	os.Exit(Code(name, os.Stderr, err))
}

// Code reports err on stderr as a program of this name does and returns its
// exit code.
func Code(name string, stderr io.Writer, err error) int {
	var exit *ExitError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return ExitDone
	case errors.As(err, &exit):
		if exit.Err != nil {
			fmt.Fprintf(stderr, "%s: %v\n", name, exit.Err)
		}
		return exit.Code
	case errors.Is(err, store.ErrDSN):
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return ExitUsage
	default:
		fmt.Fprintf(stderr, "%s: %v\n", name, err)
		return ExitFailed
	}
}
