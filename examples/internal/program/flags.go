package program

import (
	"errors"
	"flag"
	"fmt"
	"strings"
)

// Flags returns an empty set of flags whose help says what the program does.
func (e Env) Flags(name, synopsis string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(e.Stderr)
	fs.Usage = func() {
		fmt.Fprintf(e.Stderr, "%s\n\nUsage: go run ./examples/%s\n", synopsis, strings.TrimSpace(name+" [flags]"))
		fs.PrintDefaults()
	}
	return fs
}

// Parse reads the arguments. A wrong flag is a usage error; the set has
// already explained it.
func (e Env) Parse(fs *flag.FlagSet) error {
	err := fs.Parse(e.Args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	return &ExitError{Code: ExitUsage}
}

// NoArgs refuses arguments that are no flags.
func NoArgs(fs *flag.FlagSet) error {
	if fs.NArg() > 0 {
		return Usage("unexpected argument %q", fs.Arg(0))
	}
	return nil
}
