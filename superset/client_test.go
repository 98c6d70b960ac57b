package superset_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/superset"
)

// fake answers as Superset does, as far as the client goes.
type fake struct {
	mu       sync.Mutex
	imported [][]byte          // bundles
	secrets  map[string]string // passwords of the last import
	probed   bool

	importAnswer  func(w http.ResponseWriter)
	reasonsAnswer string
	charts        int
	data          func(w http.ResponseWriter)
}

func (f *fake) start(t *testing.T) string {
	t.Helper()

	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/security/login", func(w http.ResponseWriter, r *http.Request) {
		var in map[string]string
		if json.NewDecoder(r.Body).Decode(&in) != nil || in["password"] != "open sesame" || in["provider"] != "db" {
			reply(w, http.StatusUnauthorized, `{"message":"Not authorized"}`)
			return
		}
		reply(w, http.StatusOK, `{"access_token":"token-1","refresh_token":"x"}`)
	})
	mux.HandleFunc("GET /api/v1/security/csrf_token/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token-1" {
			reply(w, http.StatusUnauthorized, `{"msg":"Missing Authorization Header"}`)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s1", Path: "/"})
		reply(w, http.StatusOK, `{"result":"csrf-1"}`)
	})
	mux.HandleFunc("POST /api/v1/assets/import/", f.guarded(func(w http.ResponseWriter, r *http.Request) {
		bundle, ok := f.form(w, r, "bundle")
		if !ok {
			return
		}
		f.imported = append(f.imported, bundle)
		if f.importAnswer != nil {
			f.importAnswer(w)
			return
		}
		reply(w, http.StatusOK, `{"message":"OK"}`)
	}))
	mux.HandleFunc("POST /api/v1/dashboard/import/", f.guarded(func(w http.ResponseWriter, r *http.Request) {
		bundle, ok := f.form(w, r, "formData")
		if !ok {
			return
		}
		archive, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
		if err != nil {
			reply(w, http.StatusUnprocessableEntity, `{"message":"Not a ZIP file"}`)
			return
		}
		for _, file := range archive.File {
			f.probed = f.probed || file.Name == "bundle/charts/reasons.probe.yaml"
		}
		reply(w, http.StatusUnprocessableEntity, f.reasonsAnswer)
	}))
	mux.HandleFunc("GET /api/v1/chart/", f.guarded(f.list))
	mux.HandleFunc("GET /api/v1/chart/7/data/", f.guarded(func(w http.ResponseWriter, _ *http.Request) { f.data(w) }))
	mux.HandleFunc("GET /login/", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<html>Sign in</html>")
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// guarded lets in who has token, session cookie, CSRF token and Referer.
func (f *fake) guarded(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		cookie, err := r.Cookie("session")
		if err != nil || cookie.Value != "s1" || r.Header.Get("Authorization") != "Bearer token-1" ||
			r.Header.Get("X-CSRFToken") != "csrf-1" || r.Header.Get("Referer") == "" || r.Header.Get("Accept") != "application/json" {
			http.Redirect(w, r, "/login/", http.StatusFound)
			return
		}
		next(w, r)
	}
}

func (f *fake) form(w http.ResponseWriter, r *http.Request, field string) ([]byte, bool) {
	file, _, err := r.FormFile(field)
	if err != nil {
		reply(w, http.StatusBadRequest, `{"message":"Arguments are not correct"}`)
		return nil, false
	}
	bundle, err := io.ReadAll(file)
	if err != nil {
		reply(w, http.StatusBadRequest, `{"message":"short"}`)
		return nil, false
	}
	f.secrets = nil
	if text := r.FormValue("passwords"); text != "" && json.Unmarshal([]byte(text), &f.secrets) != nil {
		reply(w, http.StatusBadRequest, `{"message":"passwords"}`)
		return nil, false
	}
	return bundle, true
}

// list gives pages of at most 100 charts, and refuses to order them by id.
func (f *fake) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query().Get("q")
	_, text, _ := strings.Cut(q, "page:")
	page, err := strconv.Atoi(text[:strings.IndexAny(text, ",)")])
	if err != nil || strings.Contains(q, "order_column:id") || strings.Contains(q, "filters") {
		reply(w, http.StatusBadRequest, `{"message":"Filter column: uuid not allowed to filter"}`)
		return
	}
	var result []string
	for i := page * 100; i < min(f.charts, page*100+100); i++ {
		result = append(result, fmt.Sprintf(`{"id":%d,"uuid":"00000000-0000-5000-8000-%012X","slice_name":"c"}`, i+1, i))
	}
	reply(w, http.StatusOK, `{"count":`+strconv.Itoa(f.charts)+`,"result":[`+strings.Join(result, ",")+`]}`)
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func login(t *testing.T, f *fake) *superset.Client {
	t.Helper()

	c, err := superset.Login(t.Context(), f.start(t)+"/", "admin", "open sesame", superset.ClientOptions{})
	require.NoError(t, err)
	return c
}

func zipped(t *testing.T, b superset.Bundle) []byte {
	t.Helper()

	var out bytes.Buffer
	require.NoError(t, b.WriteZip(&out))
	return out.Bytes()
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()

	address := (&fake{}).start(t)
	tests := map[string]struct{ address, password, want string }{
		"wrong password":           {address, "hunter2", "superset: log in: 401 Unauthorized: Not authorized"},
		"no server":                {"http://127.0.0.1:1", "hunter2", "superset: log in: "},
		"no address":               {"", "hunter2", "want an address like"},
		"an address with password": {"http://u:hunter2@localhost", "hunter2", "want an address like"},
		"no URL":                   {"http://hunter2%zz", "hunter2", "want an address like"},
		"another scheme":           {"ftp://hunter2", "hunter2", "want an address like"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := superset.Login(t.Context(), test.address, "admin", test.password, superset.ClientOptions{})
			require.ErrorContains(t, err, test.want)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestClientPrintsNoSecret(t *testing.T) {
	t.Parallel()

	c := login(t, &fake{})
	type hidden struct{ c *superset.Client }
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "client", c)
	printed := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		printed += fmt.Sprintf(verb, c) + fmt.Sprintf(verb, hidden{c}) + fmt.Sprintf(verb, *c)
	}
	for _, secret := range []string{"open sesame", "token-1", "csrf-1"} {
		assert.NotContains(t, printed, secret)
	}
	assert.Contains(t, c.String(), "superset http://127.0.0.1:")
}

func TestPush(t *testing.T) {
	t.Parallel()

	f := &fake{}
	c := login(t, f)
	b := bundle(t, postgresURI)
	require.NoError(t, c.Push(t.Context(), zipped(t, b), b.Passwords()))
	assert.Equal(t, [][]byte{zipped(t, b)}, f.imported)
	assert.Equal(t, map[string]string{"databases/logistics.yaml": "secret"}, f.secrets)

	require.NoError(t, c.Push(t.Context(), zipped(t, bundle(t, sqliteURI)), nil))
	assert.Empty(t, f.secrets)
	assert.False(t, f.probed, "asked for reasons without need")
}

func TestPushGivesReasons(t *testing.T) {
	t.Parallel()

	unknown := func(w http.ResponseWriter) {
		reply(w, http.StatusInternalServerError, `{"errors":[{"message":"Import failed for an unknown reason"}]}`)
	}
	tests := map[string]struct {
		answer  func(w http.ResponseWriter)
		reasons string
		want    []string
	}{
		"mistakes in files": {
			unknown,
			`{"errors":[{"message":"Error importing dashboard","extra":{"charts/x.yaml":{"foo":["Unknown field."]},` +
				`"databases/d.yaml":{"extra":{"bar":["Unknown field."]}},` +
				`"charts/reasons.probe.yaml":{"probe":["Unknown field."]},` +
				"\"dashboards/d.yaml\":\"Dashboard already exists and `overwrite=true` was not passed\"," +
				`"issue_codes":[{"code":1010}]}}]}`,
			[]string{"superset: push: charts/x.yaml: foo: Unknown field.\ndatabases/d.yaml: extra: bar: Unknown field."},
		},
		"no reasons": {
			unknown,
			`{"errors":[{"extra":{"charts/reasons.probe.yaml":{"probe":["Unknown field."]}}}]}`,
			[]string{"superset: push: 500 Internal Server Error: Import failed for an unknown reason"},
		},
		"a page instead of reasons": {unknown, `<html>`, []string{"unknown reason"}},
		"no right": {
			func(w http.ResponseWriter) { reply(w, http.StatusForbidden, `{"message":"Forbidden"}`) }, ``,
			[]string{"superset: push: 403 Forbidden: Forbidden"},
		},
		"a redirect": {
			func(w http.ResponseWriter) {
				w.Header().Set("Location", "/login/?next=x")
				w.WriteHeader(http.StatusFound)
			}, ``,
			[]string{"superset: push: redirected to /login/: not logged in"},
		},
		"a page that says 200": {
			func(w http.ResponseWriter) { reply(w, http.StatusOK, `<html>Sign in</html>`) }, ``,
			[]string{"superset: push: answer is not the JSON of Superset"},
		},
		"JSON that does not say OK": {
			func(w http.ResponseWriter) { reply(w, http.StatusOK, `{"message":"later"}`) }, ``,
			[]string{`superset: push: answer is "later", not OK`},
		},
		"an answer that repeats the password": {
			func(w http.ResponseWriter) {
				reply(w, http.StatusUnprocessableEntity, `{"message":{"databases/d.yaml":["no such user u:secret@h"]}}`)
			}, ``,
			[]string{"databases/d.yaml: no such user u:XXXXXXXXXX@h"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			f := &fake{importAnswer: test.answer, reasonsAnswer: test.reasons}
			c := login(t, f)
			b := bundle(t, postgresURI)
			err := c.Push(t.Context(), zipped(t, b), b.Passwords())
			for _, want := range test.want {
				require.ErrorContains(t, err, want)
			}
			assert.NotContains(t, err.Error(), "secret")
			assert.NotContains(t, err.Error(), "probe")
			assert.Equal(t, test.reasons != "", f.probed, "asked for reasons with the probe")
		})
	}
}

func TestPushStopsWithItsContext(t *testing.T) {
	t.Parallel()

	c := login(t, &fake{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, c.Push(ctx, nil, nil), context.Canceled)
}

func TestChartsReadsAllPages(t *testing.T) {
	t.Parallel()

	for _, n := range []int{0, 1, 99, 100, 101, 250} {
		ids, err := login(t, &fake{charts: n}).Charts(t.Context())
		require.NoError(t, err)
		assert.Len(t, ids, n)
		if n > 0 {
			assert.Equal(t, n, ids[fmt.Sprintf("00000000-0000-5000-8000-%012x", n-1)])
		}
	}
}

func TestChartUUIDIsTheOneInTheBundle(t *testing.T) {
	t.Parallel()

	b := bundle(t, sqliteURI)
	files, err := b.Files()
	require.NoError(t, err)
	for _, f := range files {
		if f.Path == "charts/volume.yaml" {
			assert.Contains(t, string(f.Content), b.ChartUUID("volume"))
		}
	}
}

func TestChartData(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		status     int
		body, want string
	}{
		"two queries":          {200, `{"result":[{"colnames":["n"],"data":[{"n":9007199254740993}],"rowcount":1,"query":"SELECT","status":"success","error":null,"rejected_filters":[]},{"status":"success"}]}`, ""},
		"a failed query":       {200, `{"result":[{"status":"failed","error":"no such column: x"}]}`, "superset: data of chart 7: no such column: x"},
		"a query that waits":   {200, `{"result":[{"status":"pending"}]}`, `superset: data of chart 7: status "pending"`},
		"no result":            {200, `{"result":[]}`, "superset: data of chart 7: no result"},
		"an unknown column":    {400, `{"message":"Error: Columns missing in dataset: ['x']"}`, "superset: data of chart 7: 400 Bad Request: Error: Columns missing in dataset: ['x']"},
		"an accepted job":      {202, `{"job_id":"x"}`, "superset: data of chart 7: 202 Accepted: no reason given"},
		"an endless complaint": {500, `{"message":"` + strings.Repeat("é", 10_000) + `"}`, "é …"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c := login(t, &fake{data: func(w http.ResponseWriter) { reply(w, test.status, test.body) }})
			results, err := c.ChartData(t.Context(), 7)
			if test.want != "" {
				require.ErrorContains(t, err, test.want)
				assert.Less(t, len(err.Error()), 1000)
				return
			}
			require.NoError(t, err)
			require.Len(t, results, 2)
			assert.Equal(t, superset.Result{
				Columns: []string{"n"}, Rows: []map[string]any{{"n": json.Number("9007199254740993")}},
				RowCount: 1, SQL: "SELECT", Status: "success", Rejected: []any{},
			}, results[0])
		})
	}
}

func TestClientKeepsTheCallersHTTPClient(t *testing.T) {
	t.Parallel()

	f := &fake{}
	address := f.start(t)
	own := &http.Client{}
	_, err := superset.Login(t.Context(), address, "admin", "open sesame", superset.ClientOptions{HTTP: own})
	require.NoError(t, err)
	assert.Equal(t, &http.Client{}, own, "changed")
}

func ExampleLogin() {
	ctx := context.Background()
	db, err := superset.ParseDatabase("postgres://reader:secret@db.example/logistics")
	if err != nil {
		panic(err)
	}
	bundle := superset.Bundle{Project: "logistics", Database: db, Dashboards: []superset.Dashboard{page()}}
	var zip bytes.Buffer
	if err := bundle.WriteZip(&zip); err != nil {
		panic(err)
	}

	client, err := superset.Login(ctx, "https://superset.example", "admin", "from the environment", superset.ClientOptions{})
	if err != nil {
		panic(err)
	}
	if err := client.Push(ctx, zip.Bytes(), bundle.Passwords()); err != nil {
		panic(err)
	}
	charts, err := client.Charts(ctx)
	if err != nil {
		panic(err)
	}
	results, err := client.ChartData(ctx, charts[bundle.ChartUUID("on-time")])
	if err != nil {
		panic(err)
	}
	fmt.Println(results[0].RowCount, "weeks")
}
