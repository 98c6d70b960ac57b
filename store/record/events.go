package record

import (
	"context"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Bug records a bug, fire and forget; see [Recorder.Record].
func (r *Recorder) Bug(ctx context.Context, b metrics.Bug) (key string, err error) {
	own, size := copyBug(&b)
	return r.record(ctx, own, size)
}

// TestFailure records a failed test, fire and forget; see [Recorder.Record].
func (r *Recorder) TestFailure(ctx context.Context, f metrics.TestFailure) (key string, err error) {
	own, size := copyTestFailure(&f)
	return r.record(ctx, own, size)
}

// CodeReview records a review finding, fire and forget; see [Recorder.Record].
func (r *Recorder) CodeReview(ctx context.Context, c metrics.CodeReview) (key string, err error) {
	own, size := copyCodeReview(&c)
	return r.record(ctx, own, size)
}

// Performance records a measurement, fire and forget; see [Recorder.Record].
func (r *Recorder) Performance(ctx context.Context, p metrics.Performance) (key string, err error) {
	own, size := copyPerformance(&p)
	return r.record(ctx, own, size)
}

// Deployment records a deployment issue, fire and forget; see
// [Recorder.Record].
func (r *Recorder) Deployment(ctx context.Context, d metrics.Deployment) (key string, err error) {
	own, size := copyDeployment(&d)
	return r.record(ctx, own, size)
}

// CodeGeneration records an attempt to write code, fire and forget; see
// [Recorder.Record]. The key is what the events that follow from the generation
// carry as their GenerationKey.
func (r *Recorder) CodeGeneration(ctx context.Context, g metrics.CodeGeneration) (key string, err error) {
	own, size := copyCodeGeneration(&g)
	return r.record(ctx, own, size)
}
