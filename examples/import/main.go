// Import stores the records of files in a database and says what became of
// them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

func main() {
	// Collect garbage twice as often: what an import has to remember of
	// millions of records must not count double.
	debug.SetGCPercent(50)
	program.Main("import", run)
}

func run(ctx context.Context, env program.Env) error {
	fs := env.Flags("import", "Import stores the records of files; - is standard input.")
	database := env.WritableDatabaseFlags(fs)
	o := optionFlags(fs)
	organization := fs.String("org", "", "slug of the organization to which the records belong")
	asJSON := fs.Bool("json", false, "write the receipts as JSON")
	if err := env.Parse(fs); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		return program.Usage("no file to import")
	}

	db, err := database.Open(ctx, store.Options{Bulk: true})
	if err != nil {
		return err
	}
	defer db.Close()
	if *organization != "" {
		id, err := db.OrganizationID(ctx, *organization)
		if err != nil {
			return err
		}
		o.OrganizationID = &id
	}

	i := importer{env: env, db: db, options: *o}
	receipts, err := i.files(ctx, fs.Args())
	write := writeTables
	if *asJSON {
		write = writeJSON
	}
	return errors.Join(write(env.Stdout, receipts), err)
}

// optionFlags defines the flags that describe the files.
func optionFlags(fs *flag.FlagSet) *ingest.Options {
	var o ingest.Options
	fs.Func("format", "format of the files, else recognised: "+strings.Join(ingest.Formats(), ", "), func(name string) (err error) {
		o.Format, err = ingest.ParseFormat(name)
		return err
	})
	fs.StringVar(&o.Source, "source", "", "what reported the records: a tool, a pipeline")
	fs.StringVar(&o.RunID, "run", "", "build or session that the records come from")
	fs.StringVar(&o.Project, "project", "", "what was worked on")
	fs.Func("tz", "zone of times without offset, such as Europe/Vienna (default UTC)", func(name string) (err error) {
		o.Zone, err = time.LoadLocation(name)
		return err
	})
	return &o
}

type importer struct {
	env     program.Env
	db      *store.DB
	options ingest.Options
}

// files imports one file after the other. A file that cannot be read does not
// keep the others from being imported; a database that fails does. The error
// chooses the exit code.
func (i importer) files(ctx context.Context, names []string) ([]receipt, error) {
	var (
		receipts   []receipt
		unreadable int
		refused    int
	)
	for _, name := range names {
		r, err := i.file(ctx, name)
		receipts = append(receipts, newReceipt(r, err))
		refused += r.Total().Refused
		switch {
		case err == nil:
		case errors.Is(err, context.Canceled):
			return receipts, errors.New("interrupted: what is counted is stored, import again to complete it")
		case isUnreadable(err):
			fmt.Fprintln(i.env.Stderr, "import:", err)
			unreadable++
		default:
			return receipts, err
		}
	}
	switch {
	case unreadable > 0:
		return receipts, &program.ExitError{Code: program.ExitFailed}
	case refused > 0:
		return receipts, &program.ExitError{
			Code: program.ExitRefused,
			Err:  fmt.Errorf("refused records: %d, see the table fl_quarantine", refused),
		}
	}
	return receipts, nil
}

func isUnreadable(err error) bool {
	var (
		format *ingest.FormatError
		path   *fs.PathError
	)
	return errors.As(err, &format) || errors.As(err, &path)
}

func (i importer) file(ctx context.Context, name string) (ingest.Receipt, error) {
	if name == "-" {
		return i.read(ctx, ingest.File{Name: name, Reader: i.env.Stdin}, 0)
	}
	file, err := os.Open(name)
	if err != nil {
		return ingest.Receipt{File: name}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return ingest.Receipt{File: name}, err
	}
	return i.read(ctx, ingest.File{Name: name, Reader: file}, info.Size())
}

// read imports a file of size bytes, 0 if that is unknown.
func (i importer) read(ctx context.Context, file ingest.File, size int64) (ingest.Receipt, error) {
	progress := i.env.NewProgress("import " + file.Name)
	defer progress.Done()

	o := i.options
	o.Progress = func(p ingest.Progress) {
		var records int64 // in the whole file, if they go on like this
		if p.Bytes > 0 {
			records = int64(float64(p.Records) * float64(size) / float64(p.Bytes))
		}
		progress.Show(int64(p.Records), records, "records")
	}
	return ingest.Import(ctx, i.db, file, i.env.Now(), o)
}
