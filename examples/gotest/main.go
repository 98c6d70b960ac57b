// Gotest stores the results of go test -json, which it passes on.
//
//	go test -json ./... | go run ./examples/gotest -db feedback.db
//
// It exits with 0 when all tests passed, with 1 when tests or their packages
// failed, and when they passed with another code if something was not recorded:
// 2 wrong arguments, 3 refused records, 4 everything else. Go run makes a 1 of
// them all: build or install the program to tell them apart.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"

	"github.com/doronpers/feedback-loop-go/examples/internal/importing"
	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

// Exit codes beside those of all programs.
const (
	exitTestsFailed = 1
	exitNotRecorded = 4
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // recording goes on if nobody reads what is passed on
	program.Main("gotest", run)
}

func run(ctx context.Context, env program.Env) error {
	fs := env.Flags("gotest", "Gotest stores the results of go test -json from standard input, and passes them on.")
	database := env.WritableDatabaseFlags(fs)
	flags := importing.Flags(fs)
	if err := env.Parse(fs); err != nil {
		return err
	}
	if err := program.NoArgs(fs); err != nil {
		return err
	}

	waiting := newLines()
	recorded := make(chan error, 1)
	go func() {
		// An interrupt ends the stream, and what was read by then is stored.
		err := record(context.WithoutCancel(ctx), env, database, flags, waiting)
		close(waiting.unread)
		recorded <- err
	}()
	passed := make(chan passing, 1)
	go func() { passed <- pass(env, waiting) }()

	var p passing
	select {
	case p = <-passed:
	case <-ctx.Done():
		p.err = errors.New("interrupted: what was read by then is stored")
	}
	close(waiting.ended)
	return outcome(env, p, <-recorded)
}

// passing is what became of the stream.
type passing struct {
	failed bool // tests or packages
	err    error
}

// pass passes the stream on, and to the recording as long as that goes on.
func pass(env program.Env, recording *lines) passing {
	var p passing
	stdin := bufio.NewReaderSize(env.Stdin, 64<<10)
	begins := true // a line
	for {
		line, err := stdin.ReadSlice('\n')
		p.failed = p.failed || begins && isFailure(string(line))
		begins = err == nil
		_, _ = env.Stdout.Write(line) // if nobody listens, it is recorded all the same
		recording.write(line)
		switch {
		case err == nil, errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return p
		default:
			p.err = fmt.Errorf("standard input: %w", err)
			return p
		}
	}
}

// isFailure tells whether a line is the event that a test or package failed. In
// what tests write, quotes are escaped.
func isFailure(line string) bool {
	return strings.HasPrefix(line, "{") && (strings.Contains(line, `"Action":"fail"`) || strings.Contains(line, `"Action":"build-fail"`))
}

// record stores what it reads. The error chooses the exit code.
func record(ctx context.Context, env program.Env, database *program.Database, flags *importing.Options, file io.Reader) error {
	db, err := database.Open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	options, err := flags.In(ctx, db)
	if err != nil {
		return err
	}
	options.Format, options.Live = cmp.Or(options.Format, ingest.GoTest), true
	receipt, err := ingest.Import(ctx, db, ingest.File{Name: "standard input", Reader: file}, env.Now(), options)
	if err != nil {
		return fmt.Errorf("%w (%d rows are stored)", err, receipt.Total().Stored)
	}
	return importing.Outcome([]importing.Receipt{importing.NewReceipt(receipt, nil)})
}

// outcome chooses the exit code: failed tests first.
func outcome(env program.Env, p passing, recording error) error {
	err := errors.Join(p.err, recording)
	var exit *program.ExitError
	switch {
	case p.failed:
		if err != nil {
			fmt.Fprintln(env.Stderr, "gotest: not all is recorded:", err)
		}
		return &program.ExitError{Code: exitTestsFailed}
	case err == nil, errors.As(err, &exit), errors.Is(err, store.ErrDSN):
		return err
	}
	return &program.ExitError{Code: exitNotRecorded, Err: err}
}
