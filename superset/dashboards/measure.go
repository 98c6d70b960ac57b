package dashboards

import (
	"slices"
	"strings"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/superset"
)

// measure is the metric that shows a KPI: title, formula, target and caveats
// are those of its definition.
func measure(id kpi.ID, format superset.Format, expression string) superset.Metric {
	d := definition(id)
	return superset.Metric{
		Name: string(id), Label: d.Title, Format: format,
		Expression:  expression,
		Description: "KPI: " + d.Formula + ". Target " + d.TargetText() + ".",
		Warning:     strings.Join(d.Caveats, " "),
	}
}

// definition is what a KPI means.
func definition(id kpi.ID) kpi.Definition {
	all := kpi.Definitions()
	return all[slices.IndexFunc(all, func(d kpi.Definition) bool { return d.ID == id })]
}
