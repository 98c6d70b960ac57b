package record_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/record"
)

func TestJournalKeepsWhatTheDatabaseDidNotTake(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "journal")
	r := record.New(&memory{trouble: hang}, record.Options{Journal: openJournal(t, path)})
	events := fullEvents(t)
	for _, e := range events {
		_, err := r.Store(t.Context(), e)
		require.NoError(t, err, "the journal is enough")
	}
	require.ErrorContains(t, closeAtOnce(r), "record: close: 6 events not stored")
	s := balance(t, r)
	assert.Equal(t, []int{6, 0, 6}, []int{s.Accepted, s.Dropped, s.InFlight})

	var got []metrics.Event
	r = record.New(sinkFunc(func(events []metrics.Event) { got = append(got, events...) }), record.Options{Journal: openJournal(t, path)})
	require.NoError(t, r.Flush(t.Context()))
	assert.Equal(t, events, got)
	assert.Equal(t, record.Stats{Accepted: 6, Stored: 6}, r.Stats())
	require.NoError(t, r.Close(t.Context()))

	for _, name := range []string{path, path + ".2"} {
		assert.Zero(t, sizeOf(t, name), "all is stored")
	}
}

func TestReplayIsExactlyOnce(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	path := filepath.Join(folder, "journal")
	sink := &memory{}
	r := record.New(sink, record.Options{Journal: openJournal(t, path)})
	for range 3 {
		_, err := r.Store(t.Context(), bug("nil map"))
		require.NoError(t, err)
	}
	require.NoError(t, r.Flush(t.Context()))
	left, err := os.ReadFile(path) // as if the process died now
	require.NoError(t, err)
	require.NoError(t, r.Close(t.Context()))

	again := filepath.Join(folder, "again")
	require.NoError(t, os.WriteFile(again, left, 0o600))
	r = record.New(sink, record.Options{Journal: openJournal(t, again)})
	require.NoError(t, r.Close(t.Context()))
	assert.Equal(t, record.Stats{Accepted: 3, Stored: 3, Duplicates: 3}, r.Stats())
	assert.Len(t, sink.keys, 3)
}

func TestDamagedJournals(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "journal")
	r := record.New(&memory{trouble: hang}, record.Options{Journal: openJournal(t, path)})
	for _, message := range []string{"first", "second", "third"} {
		_, err := r.Store(t.Context(), bug(message))
		require.NoError(t, err)
	}
	require.Error(t, closeAtOnce(r))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(whole), "\n")
	require.Len(t, lines, 4)
	first, second, third := lines[0], lines[1], lines[2]

	for name, test := range map[string]struct {
		content string
		want    []string
		damage  []record.Damage // without file and error
	}{
		"nothing":               {"", nil, nil},
		"whole":                 {first + second + third, []string{"first", "second", "third"}, nil},
		"tail cut off":          {first + second + third[:40], []string{"first", "second"}, nil},
		"line break missing":    {first + third[:len(third)-1], []string{"first"}, nil},
		"zeros behind":          {first + strings.Repeat("\x00", 4096), []string{"first"}, nil},
		"another letter inside": {first + strings.Replace(second, "second", "sekond", 1) + third, []string{"first", "third"}, []record.Damage{{Offset: int64(len(first)), Bytes: len(second)}}},
		"no checksum":           {"hello\n" + third, []string{"third"}, []record.Damage{{Bytes: 6}}},
		"two lines became one":  {first[:len(first)-1] + second + third, []string{"third"}, []record.Damage{{Bytes: len(first) + len(second) - 1}}},
		"empty lines":           {"\n\n" + first, []string{"first"}, []record.Damage{{Bytes: 1}, {Offset: 1, Bytes: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			path := filepath.Join(t.TempDir(), "journal")
			require.NoError(t, os.WriteFile(path, []byte(test.content), 0o600))
			j := openJournal(t, path)
			damage := j.Damage()
			for i := range damage {
				assert.Equal(t, path, damage[i].File)
				require.Error(t, damage[i].Err)
				damage[i].File, damage[i].Err = "", nil
			}
			assert.Equal(t, test.damage, damage)

			// What comes now is found with the rest.
			r := record.New(&memory{trouble: hang}, record.Options{Journal: j})
			_, err := r.Store(t.Context(), bug("fourth"))
			require.NoError(t, err)
			require.Error(t, closeAtOnce(r))

			var got []string
			r = record.New(sinkFunc(func(events []metrics.Event) {
				for _, e := range events {
					got = append(got, e.(*metrics.Bug).Error)
				}
			}), record.Options{Journal: openJournal(t, path)})
			require.NoError(t, r.Close(t.Context()))
			assert.Equal(t, append(test.want, "fourth"), got)
		})
	}
}

func TestAnotherVersionsJournalIsLeftAlone(t *testing.T) {
	t.Parallel()

	for name, content := range map[string]string{
		"other table": `{"Table":"metrics_moods","Event":{}}`,
		"other field": `{"Table":"metrics_bugs","Event":{"Mood":"good"}}`,
		"other form":  `[]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			path := filepath.Join(t.TempDir(), "journal")
			line := record.Checked(content)
			require.NoError(t, os.WriteFile(path, []byte(line), 0o600))
			_, err := openJournalAt(path)
			require.ErrorContains(t, err, "at byte 0")
			left, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, line, string(left))
		})
	}
}

func TestOneRecorderPerJournal(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "journal")
	j := openJournal(t, path)
	_, err := openJournalAt(path)
	require.ErrorIs(t, err, record.ErrJournalInUse)
	require.NoError(t, j.Close())
	require.NoError(t, openJournal(t, path).Close())
}

func TestJournalIsEmptiedAsTheDatabaseCatchesUp(t *testing.T) {
	t.Parallel()

	const limit = 64 << 10
	path := filepath.Join(t.TempDir(), "journal")
	j, err := record.OpenJournal(path, record.JournalOptions{MaxBytes: limit})
	require.NoError(t, err)
	r := record.New(&memory{}, record.Options{Journal: j})
	for range 1000 { // about 400 bytes each
		_, err := r.Store(t.Context(), bug("nil map"))
		require.NoError(t, err)
		require.LessOrEqual(t, sizeOf(t, path)+sizeOf(t, path+".2"), int64(limit))
	}
	require.NoError(t, r.Close(t.Context()))
	assert.Equal(t, record.Stats{Accepted: 1000, Stored: 1000}, r.Stats())
}

func TestAFullJournalLeavesTheDatabase(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		j, err := record.OpenJournal(path, record.JournalOptions{MaxBytes: 2000})
		require.NoError(t, err)
		begun := time.Now()
		sink := &memory{trouble: func(context.Context, []metrics.Event) error {
			if time.Since(begun) < time.Hour {
				return store.ErrRetryable
			}
			return nil
		}}
		r := record.New(sink, record.Options{Journal: j})
		for range 4 { // two in each file
			_, err := r.Store(t.Context(), bug("nil map"))
			require.NoError(t, err)
			require.Less(t, time.Since(begun), time.Minute)
		}
		key, err := r.Store(t.Context(), bug("nil map"))
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(begun), time.Hour, "waited for the database")
		assert.True(t, sink.has(key))
		require.ErrorIs(t, r.Stats().JournalErr, record.ErrJournalFull)
		_, err = r.Store(t.Context(), bug("nil map"))
		require.NoError(t, err)
		require.NoError(t, r.Stats().JournalErr)
		require.NoError(t, r.Close(t.Context()))
		assert.Equal(t, record.Stats{Accepted: 6, Stored: 6}, r.Stats())
	})
}

func TestJournalTakesNoInvalidEvent(t *testing.T) {
	t.Parallel()

	refused := 0
	path := filepath.Join(t.TempDir(), "journal")
	r := record.New(&memory{trouble: hang}, record.Options{Journal: openJournal(t, path), Refused: func(metrics.Event, error) { refused++ }})
	_, err := r.Store(t.Context(), &metrics.Bug{Pattern: "p", Error: "not \xff UTF-8", Timestamp: noon})
	require.ErrorAs(t, err, new(*metrics.FieldError))
	require.NoError(t, closeAtOnce(r))
	assert.Equal(t, 1, refused)
	assert.Equal(t, record.Stats{Accepted: 1, Refused: 1}, r.Stats())
}

func TestJournalOfAClosedRecorderWithoutUse(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "journal")
	r := record.New(&memory{}, record.Options{Journal: openJournal(t, path)})
	for range 2 {
		require.NoError(t, r.Close(t.Context()))
	}
	require.NoError(t, openJournal(t, path).Close())
}

func openJournal(t *testing.T, path string) *record.Journal {
	t.Helper()

	j, err := openJournalAt(path)
	require.NoError(t, err)
	return j
}

func openJournalAt(path string) (*record.Journal, error) {
	return record.OpenJournal(path, record.JournalOptions{})
}

// closeAtOnce closes a recorder of which nobody waits for the rest.
func closeAtOnce(r *record.Recorder) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	return r.Close(ctx)
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()

	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.Size()
}
