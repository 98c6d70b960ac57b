package importing

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

// Receipt is what is said of a file.
type Receipt struct {
	ingest.Receipt
	Error string `json:"error,omitempty"` // why it could not be read, or not to its end
}

// NewReceipt adds the error of an import to its receipt.
func NewReceipt(r ingest.Receipt, err error) Receipt {
	if r.Tables == nil { // the file could not be opened
		r.Tables, r.Refused = map[string]ingest.Count{}, []ingest.Refusal{}
	}
	if err != nil {
		return Receipt{Receipt: r, Error: err.Error()}
	}
	return Receipt{Receipt: r}
}

// Outcome is nil when all records of all files are stored, else the error that
// chooses the exit code.
func Outcome(receipts []Receipt) error {
	refused := 0
	for _, r := range receipts {
		if r.Error != "" {
			return &program.ExitError{Code: program.ExitFailed}
		}
		refused += r.Total().Refused
	}
	if refused > 0 {
		return &program.ExitError{
			Code: program.ExitRefused,
			Err:  fmt.Errorf("refused records: %d, see the table fl_quarantine", refused),
		}
	}
	return nil
}

// WriteJSON writes receipts for programs.
func WriteJSON(w io.Writer, receipts []Receipt) error {
	return program.WriteJSON(w, map[string]any{"files": receipts})
}

// WriteTables writes receipts for people.
func WriteTables(w io.Writer, receipts []Receipt) error {
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

func (r Receipt) write(w io.Writer) {
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
	for _, reason := range slices.Sorted(maps.Keys(r.PassedOver)) {
		fmt.Fprintf(w, "passed over: %s: %d\n", reason, r.PassedOver[reason])
	}
	for _, list := range slices.Sorted(maps.Keys(r.UnknownKeys)) {
		for _, key := range slices.Sorted(maps.Keys(r.UnknownKeys[list])) {
			fmt.Fprintf(w, "not stored: %q of %s is unknown: %d\n", key, list, r.UnknownKeys[list][key])
		}
	}
	r.note(w, r.NaiveTimes, "times without offset")
	r.note(w, r.CutTexts, "texts cut at their limit")
	r.note(w, r.ReplacedCharacters, "characters replaced that no database keeps")
	r.note(w, r.Redacted, "records with secrets, which were taken out")
	if r.Error != "" {
		fmt.Fprintf(w, "error: %s\n", r.Error)
	}
}

func (Receipt) note(w io.Writer, n int, what string) {
	if n > 0 {
		fmt.Fprintf(w, "noted: %s: %d\n", what, n)
	}
}
