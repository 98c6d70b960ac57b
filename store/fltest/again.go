package fltest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// runAgain runs the test binary once more and records what it writes. The error
// says that it could not be started.
func runAgain(binary, told, dsn string, o Options) (code int, err error) {
	tests := exec.CommandContext(context.Background(), binary, os.Args[1:]...) //nolint:gosec // it is the one that runs
	tests.Env = append(tests.Environ(), told)
	tests.Stdin = os.Stdin
	tests.WaitDelay = time.Minute // for what the tests started and left running

	rec := newRecording(packagePath(binary))
	out := newOutput(os.Stdout, flag.Lookup("test.v").Value.String(), rec)
	tests.Stdout, tests.Stderr = out, out // one pipe, so that the order is right
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT)
	defer signal.Stop(signals)

	if err := tests.Start(); err != nil {
		return 0, err
	}
	rec.start(dsn, o)
	go func() {
		for s := range signals {
			_ = tests.Process.Signal(s) // it may have ended
		}
	}()
	err = tests.Wait()
	code = tests.ProcessState.ExitCode()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || !exit.Exited()) {
		_, _ = fmt.Fprintln(out, err) // such as signal: killed
		code = max(code, 2)
	}
	out.close(code)
	if err := rec.finish(); err != nil {
		complain(err)
	}
	return code, nil
}

// packagePath is the import path of the tested package.
func packagePath(binary string) string {
	path := filepath.Base(binary)
	if info, ok := debug.ReadBuildInfo(); ok && info.Path != "" {
		path = info.Path
	}
	return strings.TrimSuffix(path, ".test")
}

// output is where the test binary writes. It is shown as the user of go test
// expects it, and recorded.
type output struct {
	w      io.Writer
	raw    bool // with marks: it is go test that reads it
	quiet  *quiet
	stream *stream
}

func newOutput(w io.Writer, verbosity string, rec *recording) *output {
	out := &output{w: w, raw: verbosity == "test2json"}
	out.stream = &stream{pkg: rec.pkg, began: now(), now: now, tell: rec.event}
	if verbosity == "false" {
		out.quiet = newQuiet(w)
		out.stream.show = out.quiet.event
	}
	return out
}

// Write never fails: the tests must go on even if nobody listens.
func (o *output) Write(b []byte) (int, error) {
	switch {
	case o.raw:
		_, _ = o.w.Write(b)
	case o.quiet == nil:
		_, _ = o.w.Write(bytes.ReplaceAll(b, []byte{mark}, nil))
	}
	o.stream.write(b)
	if len(b) < gulp {
		time.Sleep(breath)
	}
	return len(b), nil
}

// To be woken for each line costs more than all that is done with it. A short
// piece of output is therefore followed by a breath, in which more comes
// together; tests that write a lot do not wait for it.
const (
	gulp   = 16 << 10
	breath = 5 * time.Millisecond
)

func (o *output) close(code int) {
	o.stream.close(code)
	if o.quiet != nil {
		o.quiet.close()
	}
}

func now() time.Time {
	return time.Now() //nolint:forbidigo // when a test ends nobody else knows
}
