package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

// receipt is what is said of a file.
type receipt struct {
	ingest.Receipt
	Error string `json:"error,omitempty"`
}

func newReceipt(r ingest.Receipt, err error) receipt {
	if r.Tables == nil { // the file could not be opened
		r.Tables, r.Refused = map[string]ingest.Count{}, []ingest.Refusal{}
	}
	if err != nil {
		return receipt{Receipt: r, Error: err.Error()}
	}
	return receipt{Receipt: r}
}

func writeJSON(w io.Writer, receipts []receipt) error {
	return program.WriteJSON(w, map[string]any{"files": receipts})
}

func writeTables(w io.Writer, receipts []receipt) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for n, r := range receipts {
		if n > 0 {
			fmt.Fprintln(table)
		}
		r.write(table)
	}
	return table.Flush()
}

// listed is how many refused records of a file the table shows.
const listed = 10

func (r receipt) write(w io.Writer) {
	// A cell without a tab at its end belongs to no column.
	fmt.Fprintf(w, "%s", r.File)
	if r.Format != "" {
		fmt.Fprintf(w, " (%s)", r.Format)
	}
	fmt.Fprintln(w)
	if len(r.Tables) > 0 {
		fmt.Fprintln(w, "read\tstored\tduplicate\trefused\t  table")
		for _, name := range slices.Sorted(maps.Keys(r.Tables)) {
			c := r.Tables[name]
			fmt.Fprintf(w, "%d\t%d\t%d\t%d\t  %s\n", c.Read, c.Stored, c.Duplicate, c.Refused, name)
		}
	}
	for _, refusal := range r.Refused[:min(listed, len(r.Refused))] {
		fmt.Fprintf(w, "refused: %s: %s\n", refusal.Path, refusal.Reason)
	}
	if more := r.Total().Refused - listed; more > 0 {
		fmt.Fprintf(w, "refused: and %d more\n", more)
	}
	for _, key := range r.Unknown {
		fmt.Fprintf(w, "passed over: %q is unknown\n", key)
	}
	for _, list := range slices.Sorted(maps.Keys(r.UnknownKeys)) {
		for _, key := range slices.Sorted(maps.Keys(r.UnknownKeys[list])) {
			fmt.Fprintf(w, "not stored: %q of %s is unknown: %d\n", key, list, r.UnknownKeys[list][key])
		}
	}
	r.note(w, r.NaiveTimes, "times without offset")
	r.note(w, r.CutTexts, "texts cut at their limit")
	r.note(w, r.ReplacedCharacters, "characters replaced that no database keeps")
	if r.Error != "" {
		fmt.Fprintf(w, "error: %s\n", r.Error)
	}
}

func (receipt) note(w io.Writer, n int, what string) {
	if n > 0 {
		fmt.Fprintf(w, "noted: %s: %d\n", what, n)
	}
}
