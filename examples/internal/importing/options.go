// Package importing holds what the programs that import files share: the flags
// that describe the files, and how receipts are written.
package importing

import (
	"context"
	"flag"
	"os"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/redact"
)

// Options are those of an import as flags say them.
type Options struct {
	options      ingest.Options
	organization string
	unredacted   bool
}

// Flags defines the flags that describe files.
func Flags(fs *flag.FlagSet) *Options {
	var o Options
	fs.Func("format", "format of the files, else recognised: "+strings.Join(ingest.Formats(), ", "), func(name string) (err error) {
		o.options.Format, err = ingest.ParseFormat(name)
		return err
	})
	fs.StringVar(&o.options.Source, "source", "", "what reported the records: a tool, a pipeline")
	fs.StringVar(&o.options.RunID, "run", "", "build or session that the records come from")
	fs.StringVar(&o.options.Project, "project", "", "what was worked on")
	fs.StringVar(&o.organization, "org", "", "slug of the organization to which the records belong")
	fs.Func("time", "RFC 3339 time of records in files that say none, such as those of linters", func(text string) (err error) {
		o.options.Time, err = time.Parse(time.RFC3339, text)
		return err
	})
	fs.Func("rules", "JSON file of rules that give patterns to records which name none", func(name string) error {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		o.options.Rules, err = ingest.ParseRules(file)
		return err
	})
	fs.Func("tz", "zone of times without offset, such as Europe/Vienna (default UTC)", func(name string) (err error) {
		o.options.Zone, err = time.LoadLocation(name)
		return err
	})
	fs.BoolVar(&o.unredacted, "no-redact", false, "store keys and passwords that stand in the records, instead of taking them out")
	return &o
}

// In returns the options with the organization as the database knows it.
func (o *Options) In(ctx context.Context, db *store.DB) (ingest.Options, error) {
	options := o.options
	if o.organization != "" {
		id, err := db.OrganizationID(ctx, o.organization)
		if err != nil {
			return options, err
		}
		options.OrganizationID = &id
	}
	if !o.unredacted {
		redactor, err := redact.New(redact.Options{})
		if err != nil {
			return options, err
		}
		options.Redact = redactor.Redact
	}
	return options, nil
}
