package fltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/redact"
)

// recording stores the events of a package beside its tests.
type recording struct {
	pkg     string
	backlog *backlog
	cancel  context.CancelFunc
	ended   chan struct{} // closed when the tests have ended
	done    chan error
}

// patience is for how long the database may go on after the tests have ended.
const patience = 30 * time.Second

func newRecording(pkg string) *recording {
	return &recording{pkg: pkg, backlog: newBacklog(), ended: make(chan struct{}), done: make(chan error, 1)}
}

func (r *recording) start(dsn string, o Options) {
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(context.Background())
	go func() {
		err := r.store(ctx, dsn, o)
		r.backlog.end(true)
		r.done <- err
	}()
}

// store stores what the backlog brings. The error says what it did not.
func (r *recording) store(ctx context.Context, dsn string, o Options) error {
	if o.Redact == nil {
		redactor, err := redact.New(redact.Options{})
		if err != nil {
			return err
		}
		o.Redact = redactor.Redact
	}
	db, err := store.Open(ctx, dsn, store.Options{})
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // what is stored is stored
	if err := store.Migrate(ctx, db); err != nil {
		return err
	}
	receipt, err := ingest.Import(ctx, paced{db, r.ended}, ingest.File{Name: r.pkg, Reader: r.backlog}, now(), ingest.Options{
		Format:         ingest.GoTest,
		OrganizationID: o.OrganizationID,
		Project:        o.Project,
		RunID:          o.RunID,
		Rules:          o.Rules,
		Redact:         o.Redact,
		Live:           true,
	})
	if err != nil {
		return fmt.Errorf("%w (%d rows are stored)", err, receipt.Total().Stored)
	}
	if refused := receipt.Total().Refused; refused > 0 {
		return fmt.Errorf("%d rows, see the table fl_quarantine: %s", refused, receipt.Refused[0].Reason)
	}
	return nil
}

// paced is a database that rests between batches while tests run: many small
// commits would take the processor away from them.
type paced struct {
	*store.DB

	ended <-chan struct{}
}

// rest is how long a result may stay in memory.
const rest = 100 * time.Millisecond

// Insert inserts, then rests.
func (p paced) Insert(ctx context.Context, events []metrics.Event) (store.Receipt, error) {
	receipt, err := p.DB.Insert(ctx, events)
	select {
	case <-time.After(rest):
	case <-p.ended:
	case <-ctx.Done():
	}
	return receipt, err
}

func (r *recording) event(e event) {
	line, err := json.Marshal(e)
	if err == nil { // as always: it is made of texts and finite numbers
		r.backlog.write(append(line, '\n'))
	}
}

// finish returns when everything is stored, or the error that says what is not.
func (r *recording) finish() error {
	r.backlog.end(false)
	close(r.ended)
	defer r.cancel()
	defer time.AfterFunc(patience, r.cancel).Stop()
	err := <-r.done
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("the database needs more than %v after the tests: %w", patience, err)
	}
	return err
}
