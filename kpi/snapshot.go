package kpi

import (
	"errors"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// ErrScope is returned when the KPIs of a report cannot be kept: snapshots are
// of one organization or of all, and of all projects.
var ErrScope = errors.New("kpi: snapshots are of one organization or of all, and of all projects")

// Snapshots returns the sixteen KPIs of the report as rows of kpi_snapshots, to
// be saved by the store. Companions have no target and are not among them.
func (r Report) Snapshots() ([]metrics.KPISnapshot, error) {
	if len(r.Organizations) > 1 || r.Project != "" {
		return nil, ErrScope
	}
	var organization *int64
	if len(r.Organizations) == 1 {
		organization = &r.Organizations[0]
	}
	rows := make([]metrics.KPISnapshot, 0, len(r.KPIs))
	for i, k := range r.KPIs {
		d := definitionOf(k.ID)
		row := metrics.KPISnapshot{
			KPI: string(k.ID), Position: int64(i + 1), Title: d.Title, Area: string(d.Area),
			OrganizationID: organization, AsOf: metrics.At(r.AsOf), Value: k.Value,
			TargetOp: string(k.Target.Op), TargetText: d.TargetText(),
			Status: string(k.Status), StatusText: k.statusText(), N: k.N,
		}
		if k.Value != nil {
			row.ValueText = new(k.Unit.format(*k.Value))
		}
		if k.Interval != nil {
			row.Lower, row.Upper = &k.Interval.Lower, &k.Interval.Upper
			row.IntervalText = new(k.Unit.formatRange(*k.Interval))
		}
		if k.Target.Op != Declining {
			row.Target = &k.Target.Value
		}
		if k.Target.Op == Between {
			row.TargetUpper = &k.Target.Upper
		}
		rows = append(rows, row)
	}
	return rows, nil
}
