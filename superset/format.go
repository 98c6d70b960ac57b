package superset

// Format says how a number is written, in the notation of d3-format.
type Format string

// The formats that pages commonly need; another d3-format is as good.
const (
	Count    Format = ",d"           // 12,345
	Percent0 Format = ".0%"          // 85%
	Percent1 Format = ".1%"          // 84.7%
	Decimal1 Format = ",.1f"         // 1,234.5
	Decimal2 Format = ",.2f"         // 1,234.50
	Compact  Format = ",.2~f"        // 1,234.5, without trailing zeros
	Smart    Format = "SMART_NUMBER" // 1.23k; what an empty format means
)

// Superset writes times on axes and in tooltips like this: smart_date, its own
// default, mixes days and months.
const (
	axisTimeFormat    = "%d %b"
	tooltipTimeFormat = "%d %b %Y"
)
