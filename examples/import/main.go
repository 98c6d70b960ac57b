// Import stores the records of files in a database and says what became of
// them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"

	"github.com/doronpers/feedback-loop-go/examples/internal/importing"
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
	flags := importing.Flags(fs)
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
	options, err := flags.In(ctx, db)
	if err != nil {
		return err
	}

	i := importer{env: env, db: db, options: options}
	receipts, err := i.files(ctx, fs.Args())
	write := importing.WriteTables
	if *asJSON {
		write = importing.WriteJSON
	}
	return errors.Join(write(env.Stdout, receipts), err)
}

type importer struct {
	env     program.Env
	db      *store.DB
	options ingest.Options
}

// files imports one file after the other. A file that cannot be read does not
// keep the others from being imported; a database that fails does. The error
// chooses the exit code.
func (i importer) files(ctx context.Context, names []string) ([]importing.Receipt, error) {
	var receipts []importing.Receipt
	for _, name := range names {
		r, err := i.file(ctx, name)
		receipts = append(receipts, importing.NewReceipt(r, err))
		switch {
		case err == nil:
		case errors.Is(err, context.Canceled):
			return receipts, errors.New("interrupted: what is counted is stored, import again to complete it")
		case isUnreadable(err):
			fmt.Fprintln(i.env.Stderr, "import:", err)
		default:
			return receipts, err
		}
	}
	if _, err := store.Rollup(ctx, i.db); err != nil { // so that pages stay fast
		return receipts, err
	}
	return receipts, importing.Outcome(receipts)
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
