package kpi

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// WriteTable writes the report for a terminal, at most 100 columns wide: value,
// target, interval, status and change against the previous window.
func WriteTable(w io.Writer, r Report) error {
	var b strings.Builder
	b.WriteString(align(append([][]string{headings}, r.cells()...), rightAligned))
	b.WriteString("\n")
	for _, note := range r.notes() {
		b.WriteString(wrap(note) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// align lays the cells of rows out in columns, two blanks apart.
func align(rows [][]string, right func(column int) bool) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, text := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, text := range row {
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
			if right(i) {
				text, gap = gap+text, ""
			}
			line.WriteString(text + gap + "  ")
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// columns is how wide a table may be.
const columns = 100

// wrap breaks a text at blanks into lines of a table's width, indented from
// the second.
func wrap(text string) string {
	var b strings.Builder
	width := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case width+1+n > columns:
			b.WriteString("\n  ")
			width = 2
		default:
			b.WriteString(" ")
			width++
		}
		b.WriteString(word)
		width += n
	}
	return b.String()
}

// WriteMarkdown writes the report as a Markdown table, for the summary of a CI
// run.
func WriteMarkdown(w io.Writer, r Report) error {
	return writeMarkdown(w, append([][]string{headings}, r.cells()...), rightAligned, r.notes())
}

// writeMarkdown writes rows, the first of which has the headings, and notes
// under them.
func writeMarkdown(w io.Writer, rows [][]string, right func(column int) bool, notes []string) error {
	var b strings.Builder
	for i, row := range rows {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		if i > 0 {
			continue
		}
		b.WriteString("|")
		for column := range row {
			if right(column) {
				b.WriteString(" ---: |")
			} else {
				b.WriteString(" --- |")
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	for _, note := range notes {
		b.WriteString("- " + markdownEscaper.Replace(note) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownEscaper keeps the name of a project from becoming markup.
var markdownEscaper = strings.NewReplacer(
	"\\", "\\\\", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "<", "&lt;", "&", "&amp;", "|", "\\|")

var headings = []string{"KPI", "Value", "Target", "95 % interval", "Status", "Change"}

// rightAligned tells which columns hold numbers.
func rightAligned(column int) bool { return column == 1 || column == 3 }

// cells returns the text of each KPI, in the order of the headings.
func (r Report) cells() [][]string {
	rows := make([][]string, 0, len(r.KPIs))
	for _, k := range r.KPIs {
		d := definitionOf(k.ID)
		value, bounds := "–", "–"
		if k.Value != nil {
			value = k.Unit.format(*k.Value)
		}
		if k.Interval != nil {
			bounds = k.Unit.formatRange(*k.Interval)
		}
		rows = append(rows, []string{d.Title, value, d.TargetText(), bounds, k.statusText(), k.changeText()})
	}
	return rows
}

// TargetText is the target as people write it, such as "≥ 85 %".
func (d Definition) TargetText() string {
	unit := d.Unit
	if d.Each { // the target is not about the share that is the value
		unit = UnitCount
		if d.ID == ROIPerPattern {
			unit = UnitHours
		}
	}
	number := func(v float64) string {
		if unit == UnitRatio {
			return shortest(v*100) + " %"
		}
		if unit == UnitHours {
			return shortest(v) + " h"
		}
		return shortest(v)
	}
	var text string
	switch d.Target.Op {
	case AtLeast:
		text = "≥ " + number(d.Target.Value)
	case Between:
		text = number(d.Target.Value) + " to " + number(d.Target.Upper)
	case Declining:
		return string(d.Target.Op)
	default:
		text = string(d.Target.Op) + " " + number(d.Target.Value)
	}
	if d.Per != "" {
		text += "/" + d.Per
	}
	if d.Each {
		text += " each"
	}
	return text
}

// shortest writes a number without needless digits: 0.85·100 is 85.
func shortest(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}

func (u Unit) format(v float64) string {
	switch u {
	case UnitRatio:
		return fmt.Sprintf("%.1f %%", v*100)
	case UnitHours:
		return fmt.Sprintf("%.1f h", v)
	case UnitPatterns:
		return fmt.Sprintf("%.2f", v)
	default:
		return shortest(v)
	}
}

func (u Unit) formatRange(i Interval) string {
	switch u {
	case UnitRatio:
		return fmt.Sprintf("%.1f – %.1f %%", i.Lower*100, i.Upper*100)
	case UnitPatterns:
		return fmt.Sprintf("%.2f – %.2f", i.Lower, i.Upper)
	default:
		digits := 1
		if i.Upper >= 100 {
			digits = 0
		}
		return fmt.Sprintf("%.*f – %.*f", digits, i.Lower, digits, i.Upper)
	}
}

func (r Result) statusText() string {
	text := strings.ReplaceAll(string(r.Status), "_", " ")
	if r.Evidence == Inconclusive {
		text += ", unproven"
	}
	return text
}

// changeText is an arrow and how far the value moved since the previous
// window, with * when chance does not explain it.
func (r Result) changeText() string {
	if r.Change == nil {
		return ""
	}
	v, unit, digits := r.Change.Absolute, "", 2
	if r.Unit == UnitRatio {
		v, unit, digits = v*100, " pp", 1
	}
	if r.Unit == UnitCount {
		digits = 0
	}
	text := strconv.FormatFloat(math.Abs(v), 'f', digits, 64) + unit
	arrow := "→ ±"
	if strings.Trim(text, "0. p") != "" {
		arrow = "↑ +"
		if v < 0 {
			arrow = "↓ −"
		}
	}
	if r.Change.Significant != nil && *r.Change.Significant {
		text += "*"
	}
	return arrow + text
}

// notes are the lines under the table.
func (r Report) notes() []string {
	about := fmt.Sprintf("As of %s, %d days", r.AsOf.Format("2006-01-02 15:04 MST"), r.Days)
	if r.Project != "" {
		about += fmt.Sprintf(", project %.60q", r.Project)
	}
	notes := []string{
		about + ".",
		"Unproven: chance could explain it. Change against the window before, * beyond chance.",
	}
	var excluded int64 // the same generations for each KPI that looks at them
	for _, k := range r.KPIs {
		excluded = max(excluded, k.Quality.Excluded)
		if note := k.note(); note != "" {
			notes = append(notes, note)
		}
	}
	if excluded > 0 {
		notes = append(notes, fmt.Sprintf("Left out: %d generations of excluded sources.", excluded))
	}
	return notes
}

// note says what a reader of one KPI should know, empty for nothing.
func (r Result) note() string {
	var parts []string
	if r.Reason != "" {
		parts = append(parts, strings.ReplaceAll(string(r.Reason), "_", " "))
	}
	for _, c := range []struct {
		n    int64
		what string
	}{
		{r.Quality.Invalid, "invalid"},
		{r.Quality.Contradictory, "contradictory"},
		{r.Quality.Duplicates, "repeated"},
		{r.Quality.Future, "in the future"},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return definitionOf(r.ID).Title + ": " + strings.Join(parts, ", ") + "."
}
