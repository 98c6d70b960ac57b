// Report shows the KPIs with target, interval and verdict.
package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/doronpers/feedback-loop-go/examples/internal/history"
	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/store"
)

func main() { program.Main("report", run) }

func run(ctx context.Context, env program.Env) error {
	fs := env.Flags("report", "Report shows the KPIs with target, interval and verdict.")
	database := env.DatabaseFlag(fs)
	asOf := fs.String("as-of", "", "end of all windows, RFC 3339, itself not included; default now")
	days := fs.Int("days", 30, "length of the rolling windows")
	organization := fs.String("org", "", "slug of the organization; default all")
	project := fs.String("project", "", "project; default all")
	asJSON := fs.Bool("json", false, "write JSON")
	asMarkdown := fs.Bool("markdown", false, "write a Markdown table")
	explain := fs.String("explain", "", "explain this KPI instead, such as success_rate: formula, SQL, rows left out and why")
	outcomes := fs.String("outcomes", "", "show instead what became of the generations after 1, 7 and 30 days: of all, or by model, pattern, project or source")
	save := fs.Bool("save", false, "keep the values as those of their day, for the history on the page KPI Scorecard; with -org those of the organization")
	gate := fs.Bool("gate", false, "exit 10 when a KPI conclusively misses its target, 20 when there is not enough data")
	if err := env.Parse(fs); err != nil {
		return err
	}
	if err := program.NoArgs(fs); err != nil {
		return err
	}
	query := kpi.Query{AsOf: env.Now(), Now: env.Now(), Days: *days, Project: *project}
	if *asOf != "" {
		at, err := time.Parse(time.RFC3339, *asOf)
		if err != nil {
			return program.Usage("-as-of %q is no RFC 3339 time such as 2026-01-31T00:00:00Z", *asOf)
		}
		query.AsOf = at
	}
	by, grouped := dimensions[*outcomes]
	switch {
	case *days < 1:
		return program.Usage("-days %d: must be at least 1", *days)
	case *asJSON && *asMarkdown:
		return program.Usage("-json and -markdown exclude one another")
	case *explain != "" && (*asMarkdown || *save || *gate):
		return program.Usage("-explain explains one KPI, as text or -json: leave out -markdown, -save and -gate")
	case *explain != "" && !known(kpi.ID(*explain)):
		return program.Usage("-explain %q is no KPI such as success_rate", *explain)
	case *outcomes != "" && (*explain != "" || *save || *gate):
		return program.Usage("-outcomes shows no KPIs: leave out -explain, -save and -gate")
	case *outcomes != "" && !grouped:
		return program.Usage("-outcomes %q is none of all, model, pattern, project and source", *outcomes)
	case *save && (*project != "" || *days != 30):
		return program.Usage("-save keeps the KPIs of all projects over 30 days: leave out -project and -days")
	}

	db, err := database.Open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	if *organization != "" {
		id, err := db.OrganizationID(ctx, *organization)
		if err != nil {
			return err
		}
		query.Organizations = []int64{id}
	}
	if *explain != "" {
		return writeExplanation(ctx, env.Stdout, db, kpi.ID(*explain), query, *asJSON)
	}
	if *outcomes != "" {
		return writeOutcomes(ctx, env.Stdout, db, by, query, *asJSON, *asMarkdown)
	}
	report, err := kpi.Compute(ctx, db, query)
	if err != nil {
		return err
	}
	write := kpi.WriteTable
	switch {
	case *asJSON:
		write = writeJSON
	case *asMarkdown:
		write = kpi.WriteMarkdown
	}
	if err := write(env.Stdout, report); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if *save {
		if err := history.Save(ctx, db, report); err != nil {
			return err
		}
	}
	if outcome := report.Gate(); *gate && outcome != kpi.GatePassed {
		return &program.ExitError{Code: outcome}
	}
	return nil
}

func writeJSON(w io.Writer, r kpi.Report) error { return program.WriteJSON(w, r) }

func known(id kpi.ID) bool {
	return slices.ContainsFunc(kpi.Definitions(), func(d kpi.Definition) bool { return d.ID == id })
}

func writeExplanation(ctx context.Context, w io.Writer, db *store.DB, id kpi.ID, q kpi.Query, asJSON bool) error {
	e, err := kpi.Explain(ctx, db, id, q)
	if err != nil {
		return err
	}
	if asJSON {
		err = program.WriteJSON(w, e)
	} else {
		err = kpi.WriteExplanation(w, e)
	}
	if err != nil {
		return fmt.Errorf("write the explanation: %w", err)
	}
	return nil
}
