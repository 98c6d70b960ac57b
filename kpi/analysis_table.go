package kpi

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode"
)

// writeCells writes a table of which the first columns are text and the others
// numbers.
func writeCells(w io.Writer, texts int, rows [][]string) error {
	_, err := io.WriteString(w, align(rows, func(column int) bool { return column >= texts }))
	return err
}

// nameWidth is how much of a name most tables show, so that they stay within
// 100 columns.
const nameWidth = 30

// nameCell is a name that others chose, a dash without one: escaped where it
// would move the cursor, and cut in the middle, because names that differ often
// do so at one end.
func nameCell(name *string, width int) string {
	if name == nil {
		return "–"
	}
	text := []rune(*name)
	if slices.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		text = []rune(strconv.QuoteToGraphic(*name))
	}
	if len(text) > width {
		text = slices.Concat(text[:width/3], []rune("…"), text[len(text)-width+width/3+1:])
	}
	return string(text)
}

func countCell[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// numberCell formats a value, or is a dash where there is none.
func numberCell(format string, v *float64, scale float64) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf(format, *v*scale)
}

func percentCell(v *float64) string { return numberCell("%.1f %%", v, 100) }

// pointsCell is a difference of two shares.
func pointsCell(v *float64) string { return numberCell("%+.1f pp", v, 100) }

// rangeCell is an interval of a share.
func rangeCell(i *Interval) string {
	if i == nil {
		return "–"
	}
	return UnitRatio.formatRange(*i)
}
