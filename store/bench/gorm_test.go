package bench_test

import (
	"fmt"

	"gorm.io/gorm"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// The models as a user of GORM writes them. Times and JSON are texts, because
// the tables take nothing else on SQLite.
type (
	GormOrigin struct {
		ID                                    int64
		EventKey                              string
		OrganizationID                        *int64
		Project, Source, RunID, GenerationKey *string
	}
	gormBug struct {
		GormOrigin
		Pattern, Error string
		Code, FilePath *string
		Line           *int64
		StackTrace     *string
		Count          int64
		Timestamp      string
	}
	gormTestFailure struct {
		GormOrigin
		TestName, FailureReason      string
		PatternViolated, CodeSnippet *string
		Count                        int64
		Timestamp                    string
	}
	gormCodeReview struct {
		GormOrigin
		IssueType, Pattern, Severity string
		FilePath                     *string
		Line                         *int64
		Suggestion                   *string
		Count                        int64
		Timestamp                    string
	}
	gormPerformance struct {
		GormOrigin
		MetricType            string
		Details, FunctionName *string
		ExecutionTimeMS       *float64
		MemoryUsageBytes      *int64
		FileSizeBytes         *int64
		Timestamp             string
	}
	gormDeployment struct {
		GormOrigin
		IssueType, Pattern           *string
		Environment                  string
		RootCause                    *string
		ResolutionTimeMinutes, Count *int64
		Timestamp                    string
	}
	gormCodeGeneration struct {
		GormOrigin
		Prompt             string
		PatternsApplied    *string
		PatternsCount      *int64
		Confidence         *float64
		Success            *bool
		CodeLength         *int64
		CompilationError   *string
		GenerationMetadata *string
		Timestamp          string
	}
)

func (gormBug) TableName() string            { return "metrics_bugs" }
func (gormTestFailure) TableName() string    { return "metrics_test_failures" }
func (gormCodeReview) TableName() string     { return "metrics_code_reviews" }
func (gormPerformance) TableName() string    { return "metrics_performance" }
func (gormDeployment) TableName() string     { return "metrics_deployment" }
func (gormCodeGeneration) TableName() string { return "metrics_code_generation" }

// gormSlices are the events of each table, as CreateInBatches takes them.
type gormSlices struct {
	bugs         []gormBug
	testFailures []gormTestFailure
	codeReviews  []gormCodeReview
	performance  []gormPerformance
	deployments  []gormDeployment
	generations  []gormCodeGeneration
}

func (s *gormSlices) add(e metrics.Event, time func(metrics.Time) string) {
	metrics.Complete(e)
	p := e.Provenance()
	o := GormOrigin{EventKey: p.EventKey, OrganizationID: p.OrganizationID, Project: p.Project, Source: p.Source, RunID: p.RunID, GenerationKey: p.GenerationKey}
	switch e := e.(type) {
	case *metrics.Bug:
		s.bugs = append(s.bugs, gormBug{o, e.Pattern, e.Error, e.Code, e.FilePath, e.Line, e.StackTrace, e.Count, time(e.Timestamp)})
	case *metrics.TestFailure:
		s.testFailures = append(s.testFailures, gormTestFailure{o, e.TestName, e.FailureReason, e.PatternViolated, e.CodeSnippet, e.Count, time(e.Timestamp)})
	case *metrics.CodeReview:
		s.codeReviews = append(s.codeReviews, gormCodeReview{o, e.IssueType, e.Pattern, string(e.Severity), e.FilePath, e.Line, e.Suggestion, e.Count, time(e.Timestamp)})
	case *metrics.Performance:
		s.performance = append(s.performance, gormPerformance{o, e.MetricType, text(document(e.Details)), e.FunctionName, e.ExecutionTimeMS,
			e.MemoryUsageBytes, e.FileSizeBytes, time(e.Timestamp)})
	case *metrics.Deployment:
		s.deployments = append(s.deployments, gormDeployment{o, e.IssueType, e.Pattern, e.Environment, e.RootCause, e.ResolutionTimeMinutes, &e.Count, time(e.Timestamp)})
	case *metrics.CodeGeneration:
		s.generations = append(s.generations, gormCodeGeneration{o, e.Prompt, text(list(e.PatternsApplied)), e.PatternsCount, e.Confidence, e.Success,
			e.CodeLength, e.CompilationError, text(document(e.GenerationMetadata)), time(e.Timestamp)})
	default:
		panic(fmt.Sprintf("no model for %T", e))
	}
}

func (s *gormSlices) create(db *gorm.DB, batch int) error {
	for _, slice := range []any{&s.bugs, &s.testFailures, &s.codeReviews, &s.performance, &s.deployments, &s.generations} {
		if err := db.CreateInBatches(slice, batch).Error; err != nil {
			return err
		}
	}
	return nil
}

func text(v any) *string {
	if s, ok := v.(string); ok {
		return &s
	}
	return nil
}
