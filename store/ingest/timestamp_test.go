package ingest_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

func TestTimes(t *testing.T) {
	t.Parallel()

	vienna, err := time.LoadLocation("Europe/Vienna")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		text  string
		zone  *time.Location
		want  string // RFC 3339; empty when refused
		naive int
	}{
		"UTC":                      {text: "2026-01-31T12:00:00Z", want: "2026-01-31T12:00:00Z"},
		"UTC in a zone":            {text: "2026-01-31T12:00:00Z", zone: vienna, want: "2026-01-31T12:00:00Z"},
		"an offset":                {text: "2026-01-31T12:00:00.5-05:30", want: "2026-01-31T17:30:00.5Z"},
		"an offset without colon":  {text: "2026-01-31 12:00:00+0100", want: "2026-01-31T11:00:00Z"},
		"naive":                    {text: "2026-01-31T12:00:00", want: "2026-01-31T12:00:00Z", naive: 1},
		"naive in winter":          {text: "2026-01-31T12:00:00", zone: vienna, want: "2026-01-31T11:00:00Z", naive: 1},
		"naive in summer":          {text: "2026-07-31 12:00:00.25", zone: vienna, want: "2026-07-31T10:00:00.25Z", naive: 1},
		"microseconds":             {text: "2026-01-09T14:49:38.726863", want: "2026-01-09T14:49:38.726863Z", naive: 1},
		"nanoseconds":              {text: "2026-01-09T14:49:38.726863999Z", want: "2026-01-09T14:49:38.726863Z"},
		"needless decimals":        {text: "2026-01-09T14:49:38.7268631234567890Z", want: "2026-01-09T14:49:38.726863Z"},
		"leap day":                 {text: "2024-02-29T00:00:00Z", want: "2024-02-29T00:00:00Z"},
		"first moment":             {text: "1970-01-01T00:00:00Z", want: "1970-01-01T00:00:00Z"},
		"last moment":              {text: "9999-12-31T23:59:59.999999Z", want: "9999-12-31T23:59:59.999999Z"},
		"before the first":         {text: "1970-01-01T00:00:00+00:01"},
		"behind the last":          {text: "9999-12-31T23:59:59-00:01"},
		"no leap day":              {text: "2026-02-29T00:00:00Z"},
		"month 13":                 {text: "2026-13-01T00:00:00Z"},
		"day 0":                    {text: "2026-01-00T00:00:00Z"},
		"hour 24":                  {text: "2026-01-31T24:00:00Z"},
		"minute 60":                {text: "2026-01-31T12:60:00Z"},
		"leap second":              {text: "2016-12-31T23:59:60Z"},
		"date only":                {text: "2026-01-31"},
		"no seconds":               {text: "2026-01-31T12:00Z"},
		"short hour":               {text: "2026-01-31T1:00:00Z"},
		"comma":                    {text: "2026-01-31T12:00:00,5Z"},
		"point without decimals":   {text: "2026-01-31T12:00:00.Z"},
		"offset of hours":          {text: "2026-01-31 12:00:00+01", want: "2026-01-31T11:00:00Z"},
		"offset beyond a day":      {text: "2026-01-31T12:00:00+24:00"},
		"two zones":                {text: "2026-01-31T12:00:00ZZ"},
		"blank before the zone":    {text: "2026-01-31T12:00:00 Z"},
		"name of a zone":           {text: "2026-01-31T12:00:00 CET"},
		"digits of another script": {text: "٢٠٢٦-01-31T12:00:00Z"},
		"words":                    {text: "yesterday"},
		"nothing":                  {text: ""},
		"a number in quotes":       {text: "1767225600"},
		"year beyond four digits":  {text: "12026-01-31T12:00:00Z"},
		"blanks around":            {text: " 2026-01-31T12:00:00Z "},
		"NUL":                      {text: "2026-01-31T12:00:00Z\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			quoted, err := json.Marshal(c.text)
			require.NoError(t, err)
			var sink memory
			receipt := importText(t, &sink, `{"bugs":[{"pattern":"p","error":"e","timestamp":`+string(quoted)+`}]}`, ingest.Options{Zone: c.zone})
			assert.Equal(t, c.naive, receipt.NaiveTimes)
			if c.want == "" {
				assert.Equal(t, 1, receipt.Total().Refused)
				return
			}
			require.Len(t, sink.events, 1)
			assert.Equal(t, c.want, sink.events[0].(*metrics.Bug).Timestamp.Format(time.RFC3339Nano))
		})
	}
}
