package superset

import "errors"

// Problem is one mistake in a bundle.
type Problem struct { //nolint:errname // first of all a finding, which is an error too
	Rule    Rule
	Path    string // where: dashboard "audit": chart "activity"
	Message string // what is wrong
	Fix     string // what to do about it
}

// Error is the path and the message.
func (p Problem) Error() string { return "superset: " + p.Path + ": " + p.Message }

// Rule names what a [Problem] broke. The names are stable.
type Rule string

// The rules. Those marked with (silent) are ones that Superset's importer lets
// pass, so that the page is wrong without anybody saying so.
const (
	RuleProject        Rule = "project"           // names of project and database are letters, digits, - and _
	RuleDatabase       Rule = "database"          // a bundle has a database
	RuleNoDashboard    Rule = "no-dashboard"      // a bundle has a page
	RuleSlug           Rule = "slug"              // lower-case words joined by -
	RuleDuplicateSlug  Rule = "duplicate-slug"    // pages, and charts of a bundle, have slugs of their own
	RuleChartID        Rule = "chart-id"          // the number derived from a slug is unique
	RuleTitle          Rule = "title"             // pages and charts have titles
	RuleNoChart        Rule = "no-chart"          // a page has a chart (silent)
	RuleRowHeight      Rule = "row-height"        // 5 to 100 units
	RuleRowWidth       Rule = "row-width"         // 12 columns at most, shared evenly
	RuleCell           Rule = "cell"              // a cell holds a chart, a text or a stack; a stack no stack
	RuleStackHeight    Rule = "stack-height"      // parts and gaps add up to the row
	RuleDatasetName    Rule = "dataset-name"      // a table or view without schema
	RuleDatasetTwice   Rule = "dataset-conflict"  // one name, one definition
	RuleDatasetTime    Rule = "dataset-time"      // a time column for time filters (silent)
	RuleColumnName     Rule = "column-name"       // lower-case identifiers
	RuleColumnType     Rule = "column-type"       // one of the four types
	RuleMetricName     Rule = "metric-name"       // lower-case identifiers
	RuleMetricSQL      Rule = "metric-expression" // a metric has an expression
	RuleDuplicateName  Rule = "duplicate-name"    // columns and metrics of a dataset share no name
	RuleDuplicateLabel Rule = "duplicate-label"   // metrics of a dataset share no label; a chart shows nothing twice
	RuleUnknownColumn  Rule = "unknown-column"    // (silent)
	RuleUnknownMetric  Rule = "unknown-metric"    // (silent)
	RuleAxis           Rule = "axis"              // an axis of the right type
	RuleGrain          Rule = "grain"             // a known grain, and only on times
	RuleCondition      Rule = "condition"         // operator and value fit the column
	RuleRange          Rule = "range"             // low end below high end, both finite
	RuleLimit          Rule = "limit"             // no negative number of rows
	RuleGauge          Rule = "gauge"             // target and warning on the dial
	RuleTarget         Rule = "target"            // a target has a label, the axis below it none (silent)
	RuleTable          Rule = "table"             // something to show, bars on one column
	RuleColor          Rule = "color"             // # and hexadecimal digits
	RuleDuplicate      Rule = "duplicate-filter"  // one filter per column
	RuleFilterDefault  Rule = "filter-default"    // a period, not "No filter"
	RuleFilterExclude  Rule = "filter-exclude"    // excluded charts are on the page
	RuleFilterReach    Rule = "filter-reach"      // a filter reaches each chart or excludes it (silent)
	RuleText           Rule = "text"              // UTF-8 without control characters
	RuleTemplate       Rule = "template"          // no Jinja
	RuleValue          Rule = "value"             // params hold finite numbers, texts, booleans, slices and maps
)

// Check reports all mistakes of the bundle at once: each is a [Problem], and
// the error joins them.
func (b Bundle) Check() error {
	var errs []error
	for _, p := range b.Problems() {
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}
