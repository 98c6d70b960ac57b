package kpi

import (
	"fmt"
	"io"
	"strings"
)

// WriteDictionary writes what every KPI means, in Markdown.
func WriteDictionary(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| KPI | Target | Unit | Time |\n| --- | --- | --- | --- |\n")
	for _, d := range Definitions() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", d.Title, d.ID, d.TargetText(), d.Unit, d.Span.text())
	}
	for _, d := range Definitions() {
		fmt.Fprintf(&b, "\n### %s\n\n", d.ID)
		fmt.Fprintf(&b, "**%s** = %s. Target: %s. Time: %s. How sure: %s. Source: `%s`.\n",
			d.Title, d.Formula, d.TargetText(), d.Span.text(), d.Method, strings.Join(d.Sources, "`, `"))
		if len(d.Caveats) > 0 {
			b.WriteString("\n- " + strings.Join(d.Caveats, "\n- ") + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// text is the span in words.
func (s Span) text() string {
	switch s {
	case TwelveWeeks:
		return "twelve complete ISO weeks"
	case LastWeek:
		return "the last complete ISO week"
	case ThirtyDays:
		return "30 days"
	case AtAsOf:
		return "a census"
	case Lifetime:
		return "everything so far"
	default:
		return "the days asked for, 30 by default"
	}
}
