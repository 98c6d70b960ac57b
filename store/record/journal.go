package record

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
)

// ErrJournalFull is why a journal takes no further events: those it holds have
// not reached the database yet and use up its size.
var ErrJournalFull = errors.New("record: journal full")

// ErrJournalInUse is returned for a journal that another recorder has open.
var ErrJournalInUse = errors.New("record: journal is in use")

// JournalOptions tunes a journal.
type JournalOptions struct {
	// MaxBytes bounds what the journal takes on disk. Zero means 64 MiB. When
	// it is used up, events go to the database without the journal.
	MaxBytes int64
}

// Journal keeps events on disk from the moment they are recorded until the
// database has them. What a program leaves behind in it, however the program
// ends, is stored by the next recorder with the same journal: once, because of
// the event keys.
//
// Events are written as a group and synced (fsync) before [Recorder.Store]
// returns, so that they survive the loss of power too, as far as the disk keeps
// what it has synced.
//
// A journal is two files that take turns, at its path and that path with ".2":
// while one is filled, the events of the other reach the database, and then it is
// emptied. Each line is an event as JSON after its checksum. The files are
// readable for their owner only.
type Journal struct {
	files   [2]*journalFile
	current int // index of the file that is being filled
	max     int64
	found   []entry // from before
	damage  []Damage
	closed  bool
}

// Damage is a part of a journal that is no event any more.
type Damage struct {
	File   string
	Offset int64 // of the first byte
	Bytes  int
	Err    error
}

// journalFile is one of the two files.
type journalFile struct {
	*os.File
	size int64        // up to the end of the last event
	live atomic.Int64 // events in it that the database does not have
}

// OpenJournal opens the journal at path, or makes a new one. Only one process
// can have it open at a time, and only on systems that know flock.
//
// A line that was cut off in the middle of being written is removed: nobody was
// told that its event is durable. Damage elsewhere is skipped, see
// [Journal.Damage]. A line that is whole and yet unknown is an error, because
// emptying the file would lose what another version of this package wrote.
func OpenJournal(path string, o JournalOptions) (*Journal, error) {
	if o.MaxBytes <= 0 {
		o.MaxBytes = 64 << 20
	}
	j := &Journal{max: o.MaxBytes}
	for i, name := range []string{path, path + ".2"} {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the path is the caller's
		if err == nil {
			j.files[i] = &journalFile{File: f}
			err = j.read(j.files[i])
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("record: open journal %s: %w", name, err), j.closeFiles())
		}
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return nil, errors.Join(fmt.Errorf("record: open journal %s: %w", path, err), j.closeFiles())
	}
	return j, nil
}

// Damage lists what OpenJournal skipped, in the order of the files.
func (j *Journal) Damage() []Damage { return j.damage }

// Close gives the journal up, for when no recorder got it. Events in it stay.
func (j *Journal) Close() error {
	if j.closed {
		return nil
	}
	j.closed = true
	var errs []error
	for _, f := range j.files {
		if f.live.Load() == 0 {
			errs = append(errs, f.empty())
		}
	}
	if err := errors.Join(append(errs, j.closeFiles())...); err != nil {
		return fmt.Errorf("record: close journal: %w", err)
	}
	return nil
}

func (j *Journal) closeFiles() error {
	var errs []error
	for _, f := range j.files {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// read locks a file and finds its events.
func (j *Journal) read(f *journalFile) error {
	if err := lock(f.File); err != nil {
		return err
	}
	found, damage, size, err := readJournal(f)
	if err != nil {
		return err
	}
	for _, e := range found {
		e.logged = f
		j.found = append(j.found, e)
	}
	for _, d := range damage {
		d.File = f.Name()
		j.damage = append(j.damage, d)
	}
	f.live.Store(int64(len(found)))
	f.size = size
	return f.Truncate(size)
}

// write writes lines to one of the files and syncs it.
func (j *Journal) write(lines []byte) (*journalFile, error) {
	f, err := j.room(int64(len(lines)))
	if err != nil {
		return nil, err
	}
	_, err = f.WriteAt(lines, f.size)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		_ = f.Truncate(f.size) // half a line in front of later ones would look like damage
		return nil, fmt.Errorf("record: write journal: %w", err)
	}
	f.size += int64(len(lines))
	return f, nil
}

// worthEmptying is from which size on a file without live events is emptied
// before it has reached its share.
const worthEmptying = 1 << 20

// room returns the file that has room for n bytes.
func (j *Journal) room(n int64) (*journalFile, error) {
	share := j.max / 2
	for range j.files {
		f := j.files[j.current]
		if f.live.Load() == 0 && f.size > min(worthEmptying, share-n) {
			if err := f.empty(); err != nil {
				return nil, fmt.Errorf("record: empty journal: %w", err)
			}
		}
		if f.size+n <= share {
			return f, nil
		}
		j.current = 1 - j.current
	}
	return nil, ErrJournalFull
}

// empty removes all lines, for good: nothing of them can come back in the middle
// of later ones.
func (f *journalFile) empty() error {
	if f.size == 0 {
		return nil
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	f.size = 0
	return f.Sync()
}

func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // the path is the caller's
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
