package metrics_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
)

func TestKPISnapshotKeepsItsRules(t *testing.T) {
	t.Parallel()

	right := metrics.KPISnapshot{
		KPI: "success_rate", Position: 1, Title: "Success rate", Area: "code_generation",
		AsOf: metrics.At(time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)), Value: new(0.9),
		TargetOp: ">=", Target: new(0.85), TargetText: "≥ 85 %", Status: "met", StatusText: "met", N: 40,
	}
	require.NoError(t, right.Validate())

	wrong := map[string]struct {
		change func(*metrics.KPISnapshot)
		field  string
	}{
		"no id":              {func(s *metrics.KPISnapshot) { s.KPI = "" }, "kpi"},
		"no position":        {func(s *metrics.KPISnapshot) { s.Position = 0 }, "position"},
		"no time":            {func(s *metrics.KPISnapshot) { s.AsOf = metrics.Time{} }, "as_of"},
		"value is no number": {func(s *metrics.KPISnapshot) { s.Value = new(math.NaN()) }, "value"},
		"endless interval":   {func(s *metrics.KPISnapshot) { s.Upper = new(math.Inf(1)) }, "upper"},
		"fewer than no rows": {func(s *metrics.KPISnapshot) { s.N = -1 }, "n"},
		"no status":          {func(s *metrics.KPISnapshot) { s.Status = "" }, "status"},
	}
	for name, test := range wrong {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := right
			test.change(&s)
			var broken *metrics.FieldError
			require.ErrorAs(t, s.Validate(), &broken)
			assert.Equal(t, test.field, broken.Field)
		})
	}
}
