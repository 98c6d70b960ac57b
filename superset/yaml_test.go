package superset_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/doronpers/feedback-loop-go/superset"
)

// FuzzYAMLText: a text is refused, or comes back as it was: as a value, as a
// key and inside the JSON of a query context.
func FuzzYAMLText(f *testing.F) {
	for _, s := range []string{
		"", " ", "=", "<<", "~", "null", "No", "y", "1", "1.0", "0x1F", "0o17", "0b_", "1_000", "1:30", "-", "- a", "?", ": ",
		"2026-01-02", "2001-99-99", ".inf", "+.5", "1e3", "'", `"`, `\`, "a: b", "a #b", "# a", "%", "@", "`", "&a", "*a", "!a",
		"|", ">", "[", "{", "}", "a\nb", "\na", "a\n", " a\n b", "a\n\n\nb", "a \nb", "\tb", "a\tb", "\r\n", "\x00", "\x7f", "\xff",
		"\u0085", "\u2028", "\ufeff", "\ufffe", "\U0001F600", "≥ 85 %", "{{ x }}", "{% x", "---", "...", "--- a", "%YAML", "a:\n  - b",
		strings.Repeat("long ", 100), "…", "\u00a0", "\u200b a",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		page := only(superset.Total{Slug: "t", Title: "T", Dataset: deliveries(), Value: "deliveries", Note: text})
		page.Description = text
		page.Colors = superset.Colors{text: superset.Good}
		b := bundle(t, sqliteURI)
		b.Dashboards = []superset.Dashboard{page}

		files, err := b.Files()
		if err != nil {
			var p superset.Problem
			require.ErrorAs(t, err, &p)
			require.Contains(t, []superset.Rule{superset.RuleText, superset.RuleTemplate}, p.Rule, "%q: %v", text, err)
			return
		}
		for _, file := range files {
			switch file.Path {
			case "dashboards/page.yaml":
				var got struct {
					Description *string
					Metadata    struct {
						Colors map[string]string `yaml:"label_colors"`
					}
				}
				require.NoError(t, yaml.Unmarshal(file.Content, &got), "%q", text)
				if text == "" {
					require.Nil(t, got.Description)
				} else {
					require.Equal(t, text, *got.Description)
				}
				require.Contains(t, got.Metadata.Colors, text)
			case "charts/t.yaml":
				var got struct {
					Params  struct{ Subheader string }
					Context string `yaml:"query_context"`
				}
				require.NoError(t, yaml.Unmarshal(file.Content, &got), "%q", text)
				require.Equal(t, text, got.Params.Subheader)
				var context struct {
					Form struct{ Subheader string } `json:"form_data"`
				}
				require.NoError(t, json.Unmarshal([]byte(got.Context), &context), "%q", text)
				require.Equal(t, text, context.Form.Subheader)
			}
		}
	})
}

func TestTextThatCannotBeCarriedIsRefused(t *testing.T) {
	t.Parallel()

	for name, text := range map[string]string{
		"NUL": "a\x00", "escape": "\x1b[31m", "carriage return": "a\rb", "C1 control": "\u0085", "no UTF-8": "caf\xe9", "noncharacter": "\uffff",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			b := bundle(t, sqliteURI)
			b.Dashboards[0].Title = text
			var p superset.Problem
			require.True(t, errors.As(b.Check(), &p))
			require.Equal(t, superset.RuleText, p.Rule)
		})
	}
}
