package superset

import (
	"regexp"
	"strconv"
)

// Color is a colour as six hexadecimal digits after a #, or eight with opacity.
type Color string

// The colours of the pages: one meaning each.
const (
	Main    Color = "#2E6F95" // what the chart is about
	Light   Color = "#C9D6DF" // what stands behind it
	Good    Color = "#2A9D8F"
	Warn    Color = "#EDAE49"
	Bad     Color = "#D1495B"
	Neutral Color = "#9AA5B1"
	Violet  Color = "#7A5195"

	Critical Color = "#8D0801" // severities, with Bad, Warn and Low
	Low      Color = "#A9BCD0"

	GoodTint Color = "#BFE3DE" // backgrounds of table cells
	WarnTint Color = "#FBE3B5"
	BadTint  Color = "#F2B8BF"

	targetLine Color = "#5B6770"
)

// colorScheme is the scheme of every chart and page. A gauge refers to its
// members by position, and a treemap needs dark text to stay readable on it.
const colorScheme = "echarts5Colors"

var hexColor = regexp.MustCompile(`^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$`)

// rgba is the form in which big numbers take a colour.
func (c Color) rgba() Params {
	if !hexColor.MatchString(string(c)) {
		return nil
	}
	part := func(from int) int {
		n, _ := strconv.ParseUint(string(c[from:from+2]), 16, 8)
		return int(n)
	}
	return Params{"r": part(1), "g": part(3), "b": part(5), "a": 1}
}
