package ingest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
)

// Sink is where records go: a *store.DB, or what stands before it.
type Sink interface {
	// Insert stores events; see [store.DB.Insert].
	Insert(ctx context.Context, events []metrics.Event) (store.Receipt, error)

	// Quarantine keeps refused records; see [store.DB.Quarantine].
	Quarantine(ctx context.Context, records []store.RefusedRecord) error
}

// File is what is imported.
type File struct {
	Name   string // for messages; its last element is part of what identifies a refused record
	Reader io.Reader
}

// Options tunes an import. The zero value leaves open where the records come
// from and takes times without offset for UTC.
type Options struct {
	Format Format // empty: recognised

	// Where all records come from, unless they say themselves. Empty or nil is
	// unknown.
	OrganizationID *int64
	Project        string
	Source         string
	RunID          string

	// Time is that of records in files which say no time, such as those of
	// linters. The zero value refuses these records.
	Time time.Time

	// Zone is that of times without offset. Nil is UTC.
	Zone *time.Location

	// Rules give patterns to events that name none. Nil gives none.
	Rules *Rules

	// Redact takes out of an event what must not be stored, such as secrets,
	// before anything else is done with it; see package redact. Of a refused
	// record, text and reason go through it as the message of a bug. It is
	// called from several goroutines. Nil leaves everything in.
	Redact func(metrics.Event)

	// Skip is how many records at the beginning of the file are passed over,
	// because they were imported before.
	Skip int

	// Live stores records as soon as the sink has time for them, instead of
	// large batches of them: for a file that is still being written, such as a
	// pipe.
	Live bool

	// Progress is called after each batch, from the goroutine of Import.
	Progress func(Progress)
}

// Progress is how far an import has come.
type Progress struct {
	Records int   // stored, known already or refused
	Bytes   int64 // of the file, in which these records stand and those skipped
}

// A batch is what is stored at once. Two of them are in memory: one is decoded
// while the other is stored.
const (
	batchRecords = 10_000
	batchBytes   = 8 << 20
)

// Import stores the records of a file and says what became of them; now is
// when refused ones are put into quarantine. Decoding goes on while the
// database works.
//
// An error that is a [FormatError] means that the file cannot be read further.
// On it as on any other, what the receipt counts is stored, and importing the
// file again completes the rest.
//
// When ctx ends, Import returns at once. A Read of the file that blocks is then
// left behind, so the reader must not be used again.
func Import(ctx context.Context, sink Sink, file File, now time.Time, o Options) (Receipt, error) {
	receipt := Receipt{File: file.Name, Format: o.Format, Tables: map[string]Count{}, Refused: []Refusal{}}
	i := importer{
		sink:     sink,
		settings: o.settings(),
		redact:   o.Redact,
		skip:     o.Skip,
		live:     o.Live,
		base:     filepath.Base(file.Name),
		now:      metrics.At(now),
		receipt:  &receipt,
	}
	if o.Format != "" {
		known, err := o.Format.decoder()
		if err != nil {
			return receipt, err
		}
		i.decoder = &known
	}
	if err := i.run(ctx, file.Reader, o.Progress); err != nil {
		var format *formatError
		if errors.As(err, &format) {
			return receipt, &FormatError{File: file.Name, Format: receipt.Format, Offset: format.offset, Reason: format.reason}
		}
		return receipt, fmt.Errorf("ingest: %s: %w", file.Name, err)
	}
	return receipt, nil
}

func (o Options) settings() settings {
	s := settings{zone: o.Zone, rules: o.Rules}
	if !o.Time.IsZero() {
		s.time = metrics.At(o.Time)
	}
	if s.zone == nil {
		s.zone = time.UTC
	}
	s.origin.OrganizationID = o.OrganizationID
	for value, column := range map[string]**string{
		o.Project: &s.origin.Project,
		o.Source:  &s.origin.Source,
		o.RunID:   &s.origin.RunID,
	} {
		if value != "" {
			*column = &value
		}
	}
	return s
}

// batch is a run of records.
type batch struct {
	decoder *decoder
	records []record
	size    int // of their texts, in bytes
	found   findings
	earlier []findings // of batches that joined it
	bytes   int64      // of the file, up to the end of the batch
	err     error      // why there is no further batch, nil at the end of the file
}

// full tells whether a batch is as large as it may be.
func (b *batch) full() bool {
	return len(b.records) >= batchRecords || b.size >= batchBytes
}

type importer struct {
	sink     Sink
	decoder  *decoder // nil until the format is recognised
	settings settings
	redact   func(metrics.Event)
	skip     int
	live     bool
	base     string // of the file's name
	now      metrics.Time
	receipt  *Receipt
}

// run stores batches while another goroutine makes them.
func (i *importer) run(ctx context.Context, r io.Reader, progress func(Progress)) error {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan batch)
	go i.decode(reading, i.decoder, r, batches)
	if i.live {
		batches = joined(reading, batches)
	}

	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case b, more := <-batches:
			if !more {
				return nil
			}
			i.decoder, i.receipt.Format = b.decoder, b.decoder.format
			if err := i.store(ctx, b); err != nil {
				return err
			}
			if progress != nil {
				progress(Progress{Records: i.receipt.Total().Read, Bytes: b.bytes})
			}
			if b.err != nil {
				return b.err
			}
		}
	}
}

// decode makes batches until the file or ctx ends, then closes the channel. It
// recognises the format unless the decoder is known.
func (i *importer) decode(ctx context.Context, d *decoder, r io.Reader, batches chan<- batch) {
	defer close(batches)
	var (
		counted = &counter{r: r}
		file    = bufio.NewReaderSize(counted, headBytes)
		keys    = newRepeats()
		read    = 0
	)
	if d == nil {
		head, _ := file.Peek(headBytes) // read reports an error of the file
		recognised := recognise(head)
		d = &recognised
	}
	b := batch{decoder: d}
	send := func() bool {
		b.bytes = counted.n
		select {
		case batches <- b:
			b = batch{decoder: d}
			return true
		case <-ctx.Done():
			return false
		}
	}
	b.err = d.read(file, i.settings, func(r record) bool {
		if r.event != nil {
			i.settings.rules.assign(r.event)
			content, redacted := i.redacts(r.event)
			if redacted {
				b.found.redacted++
			}
			keys.identify(r.event, content)
		}
		if read++; read <= i.skip {
			b.found = findings{}
			return true
		}
		b.records = append(b.records, r)
		b.size += len(r.text)
		if !i.live && !b.full() {
			return true
		}
		return send()
	}, &b.found)
	send()
}

// redacts redacts an event and tells whether that changed it. It returns the
// content key that this takes, empty when nothing is redacted.
func (i *importer) redacts(e metrics.Event) (content string, changed bool) {
	if i.redact == nil {
		return "", false
	}
	before := e.ContentKey(0)
	i.redact(e)
	content = e.ContentKey(0)
	return content, content != before
}

// redactText redacts what is no event.
func (i *importer) redactText(text string) string {
	if i.redact == nil {
		return text
	}
	bug := metrics.Bug{Error: text}
	i.redact(&bug)
	return bug.Error
}

// counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// store stores a batch and counts it.
func (i *importer) store(ctx context.Context, b batch) error {
	var (
		events []metrics.Event
		at     []int // index of the record of each event
	)
	for n, r := range b.records {
		if r.event != nil {
			events = append(events, r.event)
			at = append(at, n)
		}
	}
	inserted, err := i.sink.Insert(ctx, events)
	for table, c := range inserted.Tables {
		i.count(table, Count{Read: c.Stored + c.Duplicate, Stored: c.Stored, Duplicate: c.Duplicate})
	}
	if err != nil {
		return err
	}
	for _, refusal := range inserted.Refused {
		r := &b.records[at[refusal.Index]]
		r.faults = i.faults(*r, refusal.Err)
	}
	return i.quarantine(ctx, b)
}

func (i *importer) count(table string, c Count) {
	i.receipt.Tables[table] = i.receipt.Tables[table].plus(c)
}

// faults says why an event was refused, rule by rule where it was one of ours.
func (i *importer) faults(r record, err error) []fault {
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	var faults []fault
	for _, err := range all {
		var rule *metrics.FieldError
		if !errors.As(err, &rule) {
			return []fault{{reason: err.Error()}}
		}
		faults = append(faults, fault{
			column: rule.Field,
			at:     i.decoder.locate(i.settings, r, rule.Field),
			reason: strings.TrimPrefix(rule.Error(), "metrics: "+rule.Field+" "),
		})
	}
	return faults
}

// quarantine keeps the records of a batch that have faults, and only then
// counts the batch.
func (i *importer) quarantine(ctx context.Context, b batch) error {
	var refused []record
	var rows []store.RefusedRecord
	for _, r := range b.records {
		if r.faults != nil {
			refused = append(refused, r)
			rows = append(rows, i.row(r))
		}
	}
	if err := i.sink.Quarantine(ctx, rows); err != nil {
		return err
	}
	for n, r := range refused {
		i.count(r.table, Count{Read: 1, Refused: 1})
		if len(i.receipt.Refused) < MaxRefusals {
			refusal := Refusal{Index: r.index, Path: rows[n].Path, Reason: rows[n].Reason, Field: r.faults[0].column}
			i.receipt.Refused = append(i.receipt.Refused, refusal)
		}
	}
	for _, found := range append(b.earlier, b.found) {
		i.receipt.add(found)
	}
	return nil
}

func (i *importer) row(r record) store.RefusedRecord {
	text := i.redactText(metrics.CleanText(r.text))
	row := store.RefusedRecord{
		RecordKey:     recordKey(r.list, text, i.base, strconv.Itoa(r.index), strconv.FormatInt(r.size, 10)),
		File:          metrics.CleanText(i.base),
		Format:        string(i.receipt.Format),
		TableName:     &r.table,
		Position:      int64(r.index),
		Path:          r.path() + r.faults[0].at,
		Record:        text,
		QuarantinedAt: i.now,
	}
	if column := r.faults[0].column; column != "" {
		row.Field = &column
	}
	reasons := make([]string, len(r.faults))
	for n, f := range r.faults {
		reasons[n] = strings.TrimSpace(f.column + " " + f.reason)
	}
	row.Reason = i.redactText(strings.Join(reasons, "; "))
	return row
}

// recordKey identifies a refused record, whatever the reason: the rules may
// change.
func recordKey(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}
