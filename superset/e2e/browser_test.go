package e2e_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/superset"
)

const (
	drawLimit  = 90 * time.Second        // for a page to be drawn, on a busy machine
	calmPeriod = 1200 * time.Millisecond // after which a page that did not change is finished
	pollPeriod = 200 * time.Millisecond
)

var (
	//go:embed watch.js
	watchScript string
	//go:embed charts.js
	chartsScript string
)

// browser is a headless Chromium that is logged in to a Superset.
type browser struct {
	session session
	ctx     context.Context
}

// startBrowser takes the cookies of the session into a Chromium of its own.
func startBrowser(t *testing.T, s session) browser {
	t.Helper()

	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.NoSandbox, // Chromium has none for root
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.UserDataDir(t.TempDir()),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)

	base, err := url.Parse(s.server.url)
	require.NoError(t, err)
	var cookies []*network.CookieParam
	for _, cookie := range s.client.Jar.Cookies(base) {
		cookies = append(cookies, &network.CookieParam{Name: cookie.Name, Value: cookie.Value, URL: s.server.url})
	}
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("about:blank")))
	_, err = chromedp.Call(ctx, network.SetCookies, network.SetCookiesParams{Cookies: cookies})
	require.NoError(t, err)
	_, err = chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument,
		page.AddScriptToEvaluateOnNewDocumentParams{Source: watchScript})
	require.NoError(t, err)

	return browser{session: s, ctx: ctx}
}

// visit is a dashboard as the browser showed it.
type visit struct {
	charts []shownChart
	calls  []chartCall
	took   time.Duration // from the request for the page to its last chart
	png    []byte        // the whole page
}

// shownChart is the state of one chart on the page.
type shownChart struct {
	ID      int    `json:"id"`
	Title   string `json:"title"`
	Loading bool   `json:"loading"`
	Drawn   bool   `json:"drawn"`
	Fault   string `json:"fault"` // the text of its error box
	Empty   bool   `json:"empty"` // says that there is no data
}

func (c shownChart) finished() bool {
	return !c.Loading && (c.Drawn || c.Empty || c.Fault != "")
}

// chartCall is one request of the page for the data of a chart.
type chartCall struct {
	Chart   int    `json:"chart"`
	Status  int    `json:"status"`
	Request string `json:"request"`
	Answer  string `json:"answer"`
}

// results decodes what Superset answered.
func (c chartCall) results(t *testing.T) []superset.Result {
	t.Helper()

	var answer struct {
		Result []superset.Result `json:"result"`
	}
	decoder := json.NewDecoder(strings.NewReader(c.Answer))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&answer), "%.500s", c.Answer)
	require.NotEmpty(t, answer.Result)

	return answer.Result
}

// rows returns what the page got for a chart.
func (v visit) rows(t *testing.T, chart shownChart) rows {
	t.Helper()

	var found rows
	for _, result := range v.results(t, chart) {
		found = append(found, lines(result.Rows))
	}

	return found
}

// sql returns what the database was asked for a chart.
func (v visit) sql(t *testing.T, chart shownChart) string {
	t.Helper()

	var statements []string
	for _, result := range v.results(t, chart) {
		statements = append(statements, result.SQL)
	}

	return strings.Join(statements, ";\n")
}

// results are the last answers that the page got for a chart.
func (v visit) results(t *testing.T, chart shownChart) []superset.Result {
	t.Helper()

	for _, call := range slices.Backward(v.calls) {
		if call.Chart == chart.ID {
			return call.results(t)
		}
	}
	t.Fatalf("the page did not ask for the data of %q", chart.Title)

	return nil
}

// problems says what is wrong with the page: nothing if every chart is drawn.
func (v visit) problems() []string {
	found := v.faults()
	for _, chart := range v.charts {
		if chart.Empty {
			found = append(found, fmt.Sprintf("chart %d %q shows no data", chart.ID, chart.Title))
		}
	}

	return found
}

// faults are the problems other than charts without data, which a filter may
// well bring about.
func (v visit) faults() []string {
	var found []string
	for _, chart := range v.charts {
		switch {
		case chart.Fault != "":
			found = append(found, fmt.Sprintf("chart %d %q shows an error: %s", chart.ID, chart.Title, chart.Fault))
		case !chart.finished():
			found = append(found, fmt.Sprintf("chart %d %q was not drawn", chart.ID, chart.Title))
		}
	}
	for _, call := range v.calls {
		if call.Status >= http.StatusBadRequest {
			found = append(found, fmt.Sprintf("data of chart %d: status %d: %.300s", call.Chart, call.Status, call.Answer))
		}
	}

	return found
}

// open shows the page at the given width until all its charts are drawn, or
// until the time is up: then the visit tells which are not.
func (b browser) open(t *testing.T, path string, width int64) visit {
	t.Helper()

	ctx, cancel := context.WithTimeout(b.ctx, drawLimit+time.Minute)
	defer cancel()

	b.resize(ctx, t, width, 1000)
	start := time.Now()
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(b.session.server.url+path)))
	require.NoError(t, chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS(".grid-container"))))

	var v visit
	var last string
	var changed time.Time
	ticker := time.NewTicker(pollPeriod)
	defer ticker.Stop()
	for range ticker.C {
		// A chart out of sight is not drawn, so the window is as high as the page,
		// with the margin below that it has between its charts.
		height, err := chromedp.Run(ctx, chromedp.Evaluate[float64](
			`document.querySelector('.grid-container').getBoundingClientRect().bottom + window.scrollY + 16`))
		require.NoError(t, err)
		b.resize(ctx, t, width, int64(height))

		v.charts, err = chromedp.Run(ctx, chromedp.Evaluate[[]shownChart](chartsScript))
		require.NoError(t, err)
		state := fmt.Sprint(height, v.charts)
		if state != last {
			last, changed = state, time.Now()
		}
		unfinished := slices.ContainsFunc(v.charts, func(c shownChart) bool { return !c.finished() })
		if len(v.charts) > 0 && !unfinished && time.Since(changed) >= calmPeriod || time.Since(start) > drawLimit {
			break
		}
	}
	v.took = changed.Sub(start)

	var err error
	v.calls, err = chromedp.Run(ctx, chromedp.Evaluate[[]chartCall](`window.chartCalls`))
	require.NoError(t, err)
	v.png, err = chromedp.Run(ctx, chromedp.CaptureScreenshot())
	require.NoError(t, err)

	return v
}

func (b browser) resize(ctx context.Context, t *testing.T, width, height int64) {
	t.Helper()

	_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride,
		emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
	require.NoError(t, err)
}
