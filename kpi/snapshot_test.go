package kpi_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
)

func TestReportBecomesSnapshots(t *testing.T) {
	t.Parallel()

	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", 3600))
	report := kpi.Report{AsOf: at, Organizations: []int64{3}, KPIs: []kpi.Result{
		{
			ID: kpi.SuccessRate, Unit: kpi.UnitRatio, Value: new(0.8471), N: 300,
			Interval: &kpi.Interval{Lower: 0.801, Upper: 0.884}, Target: kpi.Target{Op: kpi.AtLeast, Value: 0.85},
			Status: kpi.NotMet, Evidence: kpi.Inconclusive,
		},
		{
			ID: kpi.PatternsPerGen, Unit: kpi.UnitPatterns, Value: new(3.1), N: 300,
			Target: kpi.Target{Op: kpi.Between, Value: 2, Upper: 5}, Status: kpi.Met, Evidence: kpi.Conclusive,
		},
		{ID: kpi.BugDetectionTrend, Unit: kpi.UnitCount, Target: kpi.Target{Op: kpi.Declining}, Status: kpi.NoData},
	}}
	rows, err := report.Snapshots()
	require.NoError(t, err)
	assert.Equal(t, []metrics.KPISnapshot{
		{
			KPI: "success_rate", Position: 1, Title: "Success rate", Area: "code_generation", OrganizationID: new(int64(3)),
			AsOf: metrics.At(at), Value: new(0.8471), ValueText: new("84.7 %"),
			Lower: new(0.801), Upper: new(0.884), IntervalText: new("80.1 – 88.4 %"),
			TargetOp: ">=", Target: new(0.85), TargetText: "≥ 85 %", Status: "not_met", StatusText: "not met, unproven", N: 300,
		},
		{
			KPI: "patterns_per_generation", Position: 2, Title: "Patterns per generation", Area: "code_generation", OrganizationID: new(int64(3)),
			AsOf: metrics.At(at), Value: new(3.1), ValueText: new("3.10"),
			TargetOp: "between", Target: new(2.0), TargetUpper: new(5.0), TargetText: "2 to 5", Status: "met", StatusText: "met", N: 300,
		},
		{
			KPI: "bug_detection_trend", Position: 3, Title: "Bug detection trend", Area: "quality", OrganizationID: new(int64(3)),
			AsOf: metrics.At(at), TargetOp: "decreasing", TargetText: "decreasing", Status: "no_data", StatusText: "no data",
		},
	}, rows)
	for _, row := range rows {
		require.NoError(t, row.Validate())
	}
}

func TestSnapshotsAreOfOneScope(t *testing.T) {
	t.Parallel()

	for name, report := range map[string]kpi.Report{
		"two organizations": {Organizations: []int64{1, 2}},
		"a project":         {Project: "checkout"},
	} {
		_, err := report.Snapshots()
		require.ErrorIs(t, err, kpi.ErrScope, name)
	}
	rows, err := kpi.Report{}.Snapshots()
	require.NoError(t, err)
	assert.Empty(t, rows)
}
