package kpi

import (
	"fmt"
	"io"
	"strings"
)

// WriteTable writes the outcomes for a terminal, at most 100 columns wide: for
// each group and number of days, how many generations succeeded to begin with
// and how many lasted.
func (t OutcomeTable) WriteTable(w io.Writer) error {
	if err := writeCells(w, outcomeTexts, t.cells()); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("\n")
	for _, note := range t.notes() {
		b.WriteString(wrap(note) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteMarkdown writes the same as a Markdown table, for the summary of a CI
// run.
func (t OutcomeTable) WriteMarkdown(w io.Writer) error {
	rows := t.cells()
	for _, row := range rows[1:] {
		row[0] = markdownEscaper.Replace(row[0])
	}
	return writeMarkdown(w, rows, func(column int) bool { return column >= outcomeTexts }, t.notes())
}

// outcomeTexts is how many columns are text: name and days.
const outcomeTexts = 2

// cells returns the headings and then a row for each group and number of days.
// The first row of a group has its name.
func (t OutcomeTable) cells() [][]string {
	heading := "Group"
	if t.By != "" {
		heading = "By " + string(t.By)
	}
	rows := [][]string{{heading, "After", "Generations", "Succeeded", "Lasted", "95 % interval", "Unknown", "Too young"}}
	for _, g := range t.Groups {
		name := "all"
		if t.By != "" {
			name = nameCell(g.Name, 22)
		}
		for _, o := range g.Outcomes {
			var succeeded *float64
			if o.N > 0 {
				succeeded = new(share(o.N-o.Failures, o.N))
			}
			rows = append(rows, []string{
				name, daysText(o.Days), countCell(o.N), percentCell(succeeded), percentCell(o.Value), rangeCell(o.Interval),
				countCell(o.Unknown), countCell(o.Young),
			})
			name = ""
		}
	}
	return rows
}

func daysText(days int) string {
	if days == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", days)
}

// notes are the lines under the table.
func (t OutcomeTable) notes() []string {
	l := t.Links
	notes := []string{
		fmt.Sprintf("As of %s. Each row is about the last %s of generations that are old enough for it, so that each had "+
			"the same time to fail. The others are too young.", t.AsOf.Format("2006-01-02 15:04 MST"), daysText(t.Days)),
		"Lasted: succeeded, and within the days no bug, test failure, severe review finding or deployment issue names it.",
		fmt.Sprintf("A generation is named by %d bugs, %d test failures, %d severe findings and %d deployment issues. "+
			"What names none counts against none.", l.Bugs, l.TestFailures, l.Reviews, l.Deployments),
	}
	for _, c := range []struct {
		n    int64
		what string
	}{
		{l.Dangling, "Named but not stored: %d."},
		{l.Early, "Dated before the generation that they name: %d."},
		{t.Quality.Invalid, "Left out: %d generations whose patterns are unreadable."},
		{t.Quality.Excluded, "Left out: %d generations of excluded sources."},
	} {
		if c.n > 0 {
			notes = append(notes, fmt.Sprintf(c.what, c.n))
		}
	}
	return notes
}
