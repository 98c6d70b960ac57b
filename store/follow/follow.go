// Package follow imports files that appear and grow, again and again, and reads
// of each what is new.
//
// How much of a file is imported stands in the database: so many records in so
// many bytes with this hash. When the file begins with these bytes still, it
// has grown, and the records in them are passed over; if not, it was truncated
// or another one has taken its place, and it is imported from its beginning.
// The books are kept after each batch, so that a kill costs little. None of
// this decides what is stored: event keys do, and nothing is stored twice.
package follow

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

// Receipt says what became of the new records of a file.
type Receipt struct {
	ingest.Receipt

	// Err is why the rest of the file could not be read: often because it is
	// still being written. It is tried again when the file has changed.
	Err error
}

// Pass looks once at the files, imports what is new, and returns a receipt for
// each file that had changed. A folder stands for the files in and below it
// whose names end in .json, .jsonl, .ndjson, .xml or .sarif, hidden ones
// excepted.
//
// A file that cannot be read does not keep others from being imported; its
// receipt says why. A path that does not exist is an error of its own receipt,
// too. The error of Pass is one of the database or of ctx.
func Pass(ctx context.Context, db *store.DB, paths []string, now time.Time, o ingest.Options) ([]Receipt, error) {
	p := pass{db: db, now: now, options: o}
	for _, path := range paths {
		files, err := find(path)
		if err != nil {
			p.receipts = append(p.receipts, Receipt{Receipt: ingest.Receipt{File: path}, Err: fmt.Errorf("follow: %w", err)})
		}
		for _, file := range files {
			if err := p.file(ctx, file); err != nil {
				return p.receipts, fmt.Errorf("follow: %s: %w", file, err)
			}
		}
	}
	return p.receipts, nil
}

var endings = []string{".json", ".jsonl", ".ndjson", ".xml", ".sarif"}

// find returns the files for which a path stands, in the order of their names.
func find(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != path && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case entry.Type().IsRegular() && slices.Contains(endings, strings.ToLower(filepath.Ext(name))):
			files = append(files, name)
		}
		return nil
	})
	return files, err
}

type pass struct {
	db       *store.DB
	now      time.Time
	options  ingest.Options
	receipts []Receipt
}

// file imports what is new in a file. It returns an error of the database.
func (p *pass) file(ctx context.Context, name string) error {
	path, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	known, err := p.db.ImportedFile(ctx, path)
	if err != nil {
		return err
	}
	refuse := func(err error) error {
		p.receipts = append(p.receipts, Receipt{Receipt: ingest.Receipt{File: name}, Err: fmt.Errorf("follow: %w", err)})
		return nil
	}
	f, err := os.Open(name) //nolint:gosec // it is the user who names it
	if err != nil {
		return refuse(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return refuse(err)
	}
	if known != nil && unchanged(*known, info) {
		return nil
	}

	book := store.ImportedFile{Path: path, ModifiedAt: metrics.At(info.ModTime()), ImportedAt: metrics.At(p.now)}
	sum := &prefix{file: f, hash: sha256.New()}
	if known != nil && known.Bytes <= info.Size() {
		if err := sum.extend(known.Bytes); err != nil {
			return refuse(err)
		}
		if sum.text() == known.Hash {
			book.Records = known.Records
		} else {
			sum = &prefix{file: f, hash: sha256.New()}
		}
	}
	return p.read(ctx, name, sum, book, info.Size())
}

// read imports a file but for the first records of the book, and goes on with
// the book. The size is that of the file before.
func (p *pass) read(ctx context.Context, name string, sum *prefix, book store.ImportedFile, size int64) error {
	o, skipped := p.options, book.Records
	o.Skip = int(skipped)
	var booking error
	save := func() {
		book.Bytes, book.Hash = sum.bytes, sum.text()
		booking = cmp.Or(booking, p.db.SaveImportedFile(ctx, book))
	}
	o.Progress = func(progress ingest.Progress) {
		if p.options.Progress != nil {
			p.options.Progress(progress)
		}
		if booking = cmp.Or(booking, sum.extend(progress.Bytes)); booking == nil {
			book.Records = skipped + int64(progress.Records)
			save()
		}
	}

	whole := io.NewSectionReader(sum.file, 0, 1<<62)
	receipt, err := ingest.Import(ctx, p.db, ingest.File{Name: name, Reader: whole}, p.now, o)
	var format *ingest.FormatError
	if err != nil && !errors.As(err, &format) {
		return err
	}
	book.Size = size
	if err != nil {
		book.Failure = new(err.Error())
	}
	save()
	p.receipts = append(p.receipts, Receipt{Receipt: receipt, Err: err})
	return booking
}

// unchanged tells by size and time whether a file is as it was when it was
// looked at last. A change in the moment after does not show in the time of
// the file system.
func unchanged(known store.ImportedFile, info fs.FileInfo) bool {
	const moment = 2 * time.Second
	modified := metrics.At(info.ModTime())
	return known.Size == info.Size() && known.ModifiedAt.Equal(modified.Time) &&
		known.ImportedAt.Sub(modified.Time) > moment
}

// prefix is the hash of the beginning of a file.
type prefix struct {
	file  *os.File
	bytes int64
	hash  hash.Hash
}

// extend makes it the hash of so many bytes.
func (p *prefix) extend(bytes int64) error {
	n, err := io.Copy(p.hash, io.NewSectionReader(p.file, p.bytes, bytes-p.bytes))
	p.bytes += n
	return err
}

func (p *prefix) text() string { return hex.EncodeToString(p.hash.Sum(nil)) }
