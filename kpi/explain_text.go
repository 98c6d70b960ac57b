package kpi

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// WriteExplanation writes the explanation for a terminal, at most 100 columns
// wide. Statements are broken into lines there, and control characters in them
// are escaped; the JSON has them to the letter.
func WriteExplanation(w io.Writer, e Explanation) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n\n", e.Title, e.ID)
	for _, fact := range e.summary() {
		b.WriteString(indent(fmt.Sprintf("%-8s  ", fact[0]), fact[1]))
	}
	for _, t := range e.Tables {
		fmt.Fprintf(&b, "\n%s\n", t.Table)
		line := func(sign string, rows int64, what string) {
			fmt.Fprintf(&b, "%s %*d  %s\n", sign, len(strconv.FormatInt(t.Rows, 10)), rows, what)
		}
		line(" ", t.Rows, "rows")
		for _, left := range t.LeftOut {
			line("−", left.Rows, omissionTexts[left.Why])
		}
		line("=", t.Used, "counted")
	}
	for i, s := range e.Statements {
		if i == 0 || s.What != e.Statements[i-1].What {
			fmt.Fprintf(&b, "\nSQL: %s\n", s.What)
		}
		for _, line := range layOut(s.SQL) {
			b.WriteString("  " + line + "\n")
		}
	}
	if len(e.Caveats) > 0 {
		b.WriteString("\n")
	}
	for _, caveat := range e.Caveats {
		b.WriteString(indent("- ", caveat))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// summary is what there is to say in a line each, behind a heading.
func (e Explanation) summary() [][2]string {
	r := e.Result
	value := "–"
	if r.Value != nil {
		value = r.Unit.format(*r.Value)
	}
	if r.Denominator != nil {
		value += fmt.Sprintf(" (%d / %d)", *r.Numerator, *r.Denominator)
	} else if r.Value != nil {
		value += fmt.Sprintf(" (n = %d)", r.N)
	}
	if r.Interval != nil {
		value += ", 95 % interval " + r.Unit.formatRange(*r.Interval)
	}
	status := r.statusText()
	if r.Reason != "" {
		status += ": " + strings.ReplaceAll(string(r.Reason), "_", " ")
	}
	const minute = "2006-01-02 15:04 MST"
	window := "all up to " + r.AsOf.Format(minute)
	if r.Window != nil {
		window = fmt.Sprintf("%s to %s", r.Window.Start.Format(minute), r.Window.End.Format(minute))
	}
	scope := "all organizations"
	if e.Organizations != nil {
		scope = fmt.Sprintf("organizations %v", e.Organizations)
	}
	if e.Project != "" {
		scope += fmt.Sprintf(", project %q", e.Project)
	}
	all := [][2]string{
		{"Formula", e.Formula}, {"Value", value}, {"Target", e.Target}, {"Status", status},
		{"Window", window}, {"As of", r.AsOf.Format(minute)}, {"Scope", scope}, {"Method", e.Method},
	}
	var doubts []string
	if n := r.Quality.Contradictory; n > 0 {
		doubts = append(doubts, fmt.Sprintf("%d contradictory", n))
	}
	if n := r.Quality.Duplicates; n > 0 {
		doubts = append(doubts, fmt.Sprintf("%d repeated", n))
	}
	if len(doubts) > 0 {
		all = append(all, [2]string{"Counted", strings.Join(doubts, " and ") + " among them"})
	}
	return all
}

// indent writes a text behind a heading, in lines of a table's width.
func indent(heading, text string) string {
	margin := strings.Repeat(" ", utf8.RuneCountInString(heading))
	var b strings.Builder
	for i, line := range fill(strings.Fields(text), columns-len(margin)) {
		if i > 0 {
			heading = margin
		}
		b.WriteString(heading + line + "\n")
	}
	return b.String()
}

// layOut breaks a statement into lines: at its clauses, and where a line is
// full. What is quoted stays in one piece unless it fills a line alone.
func layOut(sql string) []string {
	var lines, words []string
	end := func() {
		lines = append(lines, fill(words, columns-4)...)
		words = nil
	}
	for _, word := range sqlWords(sql) {
		switch word {
		case "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT":
			end()
		}
		words = append(words, word)
	}
	end()
	for i := range lines[1:] {
		lines[i+1] = "  " + lines[i+1]
	}
	return lines
}

// sqlWords splits a statement at the blanks outside of quotes. A doubled quote
// within quotes closes and opens them, which comes to the same.
func sqlWords(sql string) []string {
	var words []string
	var quote rune
	start := 0
	for i, r := range sql + " " {
		switch {
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case quote == r:
			quote = 0
		case quote == 0 && r == ' ':
			if i > start {
				words = append(words, visible(sql[start:i]))
			}
			start = i + 1
		}
	}
	return words
}

// visible escapes what a terminal would obey instead of showing.
func visible(text string) string {
	if !strings.ContainsFunc(text, unicode.IsControl) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unicode.IsControl(r) {
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// fill packs words into lines of a width. A word that is wider is cut.
func fill(words []string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range words {
		for {
			n := utf8.RuneCountInString(word)
			if line != "" && used+1+n <= width {
				line, used = line+" "+word, used+1+n
				break
			}
			if line != "" {
				lines = append(lines, line)
			}
			if n <= width {
				line, used = word, n
				break
			}
			runes := []rune(word)
			lines = append(lines, string(runes[:width]))
			line, used, word = "", 0, string(runes[width:])
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
