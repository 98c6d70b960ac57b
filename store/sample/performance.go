package sample

import (
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// measure notes how long a function took for a file, and how much memory.
func (d *diary) measure(p *project, t time.Time) {
	i := d.r.IntN(len(p.functions))
	kib := 8 << d.r.IntN(11) // 8 KiB to 8 MiB
	size := int64(kib)*1024 + d.r.Int64N(8192)
	micros := 900*(i+1) + kib*between(d.r, 20, 60)
	memory := 24<<20 + size*int64(between(d.r, 2, 5))
	if p.name == projectTelemetry && d.progress(t) < 500 {
		memory += 9 * size // before files were read piece by piece
	}
	ms := float64(micros) / 1000
	d.note(t, &metrics.Performance{
		Origin:           origin(p, "profiler", ""),
		MetricType:       metrics.MetricExecutionTime,
		FunctionName:     &p.functions[i],
		ExecutionTimeMS:  &ms,
		MemoryUsageBytes: &memory,
		FileSizeBytes:    &size,
		Timestamp:        metrics.At(t),
	})
}
