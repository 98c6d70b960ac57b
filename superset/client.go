package superset

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Client talks to one Superset as one user. Get one from [Login]. It never
// prints what it logged in with, and is safe for concurrent use.
type Client struct {
	base *url.URL
	http *http.Client

	// What requests prove the login with: pointers, which print as addresses
	// where the methods below do not reach.
	access, csrf *string
}

// ClientOptions are the choices of [Login].
type ClientOptions struct {
	// HTTP gives the transport and the time limit of a request; zero is the
	// default transport and two minutes. Cookies and redirects are handled by
	// the client itself.
	HTTP *http.Client
}

// Login logs in to the Superset at the address, such as http://localhost:8088,
// with a user of its own database.
func Login(ctx context.Context, address, user, password string, o ClientOptions) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || base.User != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, errors.New("superset: log in: want an address like https://superset.example, without user and password")
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("superset: log in: %w", err)
	}
	client := http.Client{Timeout: 2 * time.Minute}
	if o.HTTP != nil {
		client = *o.HTTP
	}
	client.Jar = jar
	// Superset redirects to its login page, which answers 200, when it refuses
	// a call. Whoever follows takes that for success.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c := &Client{base: base, http: &client}

	credentials, err := json.Marshal(map[string]string{"username": user, "password": password, "provider": "db"})
	if err != nil {
		return nil, fmt.Errorf("superset: log in: %w", err)
	}
	var session struct {
		Token string `json:"access_token"`
	}
	if err := c.call(ctx, http.MethodPost, "/api/v1/security/login", "application/json", credentials, &session); err != nil {
		return nil, fmt.Errorf("superset: log in: %w", hide(err, password))
	}
	c.access = &session.Token
	// The answer also sets the session cookie that belongs to the token.
	var csrf struct {
		Result string `json:"result"`
	}
	if err := c.call(ctx, http.MethodGet, "/api/v1/security/csrf_token/", "", nil, &csrf); err != nil {
		return nil, fmt.Errorf("superset: log in: %w", hide(err, password))
	}
	c.csrf = &csrf.Result
	return c, nil
}

// String names the Superset.
func (c *Client) String() string { return "superset " + c.base.String() }

// GoString is [Client.String], so that %#v shows no secret.
func (c *Client) GoString() string { return c.String() }

// LogValue is [Client.String].
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Push imports the ZIP of a bundle and overwrites what was imported before. The
// passwords are those of [Bundle.Passwords]; a database that Superset knows
// keeps its password when there is none.
//
// Superset tests no connection here: a wrong password shows when a chart is
// asked for its data. If it refuses the bundle, the error gives its reasons as
// far as it tells them.
func (c *Client) Push(ctx context.Context, bundle []byte, passwords map[string]string) error {
	err := c.push(ctx, bundle, passwords)
	if err == nil {
		return nil
	}
	return fmt.Errorf("superset: push: %w", hide(err, slices.Collect(maps.Values(passwords))...))
}

func (c *Client) push(ctx context.Context, bundle []byte, passwords map[string]string) error {
	var done struct {
		Message string `json:"message"`
	}
	err := c.upload(ctx, "/api/v1/assets/import/", "bundle", bundle, passwords, &done)
	var refused *refusal
	switch {
	case errors.As(err, &refused) && refused.status == http.StatusInternalServerError:
		if reasons := c.reasons(ctx, bundle, passwords); len(reasons) > 0 {
			return errors.Join(reasons...)
		}
		return err
	case err != nil:
		return err
	case done.Message != "OK":
		return fmt.Errorf("answer is %q, not OK", short(done.Message))
	}
	return nil
}

// probe is a chart with no valid field. A bundle with it is never imported.
const probe = "charts/reasons.probe.yaml"

// reasons asks why a bundle was refused. The import of everything never says;
// the import of dashboards does, but it would import a bundle without mistake.
// So it gets the bundle together with a file that has one.
func (c *Client) reasons(ctx context.Context, bundle []byte, passwords map[string]string) []error {
	probed, err := withProbe(bundle)
	if err != nil {
		return []error{err}
	}
	var refused *refusal
	var answer struct {
		Errors []struct{ Extra map[string]any }
	}
	if !errors.As(c.upload(ctx, "/api/v1/dashboard/import/", "formData", probed, passwords, nil), &refused) ||
		json.Unmarshal(refused.body, &answer) != nil {
		return nil
	}
	var reasons []error
	for _, e := range answer.Errors {
		delete(e.Extra, probe)
		delete(e.Extra, "issue_codes")
		for _, reason := range leaves("", e.Extra) {
			// Without overwriting it also complains about what exists.
			if !strings.Contains(reason, "overwrite=true") {
				reasons = append(reasons, errors.New(short(reason)))
			}
		}
	}
	return reasons
}

// withProbe is the ZIP with the probe in it.
func withProbe(bundle []byte) ([]byte, error) {
	old, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil || len(old.File) == 0 {
		return nil, errors.New("not a ZIP file")
	}
	root, _, _ := strings.Cut(old.File[0].Name, "/")
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range old.File {
		if err := w.Copy(f); err != nil {
			return nil, err
		}
	}
	f, err := w.Create(root + "/" + probe)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(f, "probe: true\n"); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// leaves are the texts below the value, each with its path.
func leaves(path string, value any) []string {
	below := func(key string) string { return strings.TrimPrefix(path+": "+key, ": ") }
	var texts []string
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			texts = append(texts, leaves(below(key), v[key])...)
		}
	case []any:
		for _, item := range v {
			texts = append(texts, leaves(path, item)...)
		}
	default:
		texts = append(texts, below(fmt.Sprint(v)))
	}
	return texts
}

// Charts returns the ids of all charts of the Superset by their UUIDs.
func (c *Client) Charts(ctx context.Context) (map[string]int, error) {
	const pageSize = 100 // no Superset gives more
	ids := map[string]int{}
	for page := 0; ; page++ {
		var answer struct {
			Result []struct {
				ID   int    `json:"id"`
				UUID string `json:"uuid"`
			} `json:"result"`
		}
		// Versions before 6 can neither filter by uuid nor order by id.
		query := fmt.Sprintf("(order_column:slice_name,order_direction:asc,page:%d,page_size:%d)", page, pageSize)
		path := "/api/v1/chart/?q=" + url.QueryEscape(query)
		if err := c.call(ctx, http.MethodGet, path, "", nil, &answer); err != nil {
			return nil, fmt.Errorf("superset: list charts: %w", err)
		}
		for _, chart := range answer.Result {
			ids[strings.ToLower(chart.UUID)] = chart.ID
		}
		if len(answer.Result) < pageSize {
			return ids, nil
		}
	}
}

// Result is the answer to one query of a chart.
type Result struct {
	Columns  []string         `json:"colnames"`
	Rows     []map[string]any `json:"data"` // numbers are of type json.Number
	RowCount int              `json:"rowcount"`
	SQL      string           `json:"query"`
	Status   string           `json:"status"`
	Error    *string          `json:"error"`
	Rejected []any            `json:"rejected_filters"` // filters on columns that the dataset lacks
}

// ChartData runs the queries of a chart as they were imported and returns one
// result for each. It fails if one of them does.
func (c *Client) ChartData(ctx context.Context, id int) ([]Result, error) {
	var answer struct {
		Result []Result `json:"result"`
	}
	path := "/api/v1/chart/" + strconv.Itoa(id) + "/data/"
	if err := c.call(ctx, http.MethodGet, path, "", nil, &answer); err != nil {
		return nil, fmt.Errorf("superset: data of chart %d: %w", id, err)
	}
	if len(answer.Result) == 0 {
		return nil, fmt.Errorf("superset: data of chart %d: no result", id)
	}
	for _, r := range answer.Result {
		if r.Error != nil {
			return nil, fmt.Errorf("superset: data of chart %d: %s", id, short(*r.Error))
		}
		if r.Status != "success" {
			return nil, fmt.Errorf("superset: data of chart %d: status %q", id, short(r.Status))
		}
	}
	return answer.Result, nil
}

// upload posts a bundle as a form.
func (c *Client) upload(ctx context.Context, path, field string, bundle []byte, passwords map[string]string, answer any) error {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	file, err := w.CreateFormFile(field, "bundle.zip")
	if err != nil {
		return err
	}
	if _, err := file.Write(bundle); err != nil {
		return err
	}
	if len(passwords) > 0 {
		text, err := json.Marshal(passwords)
		if err != nil {
			return err
		}
		if err := w.WriteField("passwords", string(text)); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.call(ctx, http.MethodPost, path, w.FormDataContentType(), form.Bytes(), answer)
}

// refusal is an answer other than 200 with JSON.
type refusal struct {
	status int
	body   []byte
	about  string
}

func (r *refusal) Error() string { return r.about }

// maxAnswer bounds the memory that an answer takes.
const maxAnswer = 64 << 20

// call sends a request and decodes the answer, which must be 200 and JSON.
func (c *Client) call(ctx context.Context, method, path, contentType string, body []byte, answer any) error {
	request, err := http.NewRequestWithContext(ctx, method, c.base.String()+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json") // else errors come as pages
	request.Header.Set("Referer", c.base.String()+"/")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if c.access != nil {
		request.Header.Set("Authorization", "Bearer "+*c.access)
	}
	if c.csrf != nil {
		request.Header.Set("X-CSRFToken", *c.csrf)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // nothing is left to lose
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return err
	case len(text) > maxAnswer:
		return fmt.Errorf("answer is larger than %d MiB", maxAnswer>>20)
	case response.StatusCode >= 300 && response.StatusCode < 400:
		return &refusal{response.StatusCode, text, fmt.Sprintf("redirected to %s: not logged in, or no right to do this", redirect(response))}
	case response.StatusCode != http.StatusOK:
		return &refusal{response.StatusCode, text, fmt.Sprintf("%s: %s", response.Status, message(text))}
	case answer == nil:
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(answer); err != nil {
		return fmt.Errorf("answer is not the JSON of Superset: %w", err)
	}
	return nil
}

// redirect is the page that the answer points to.
func redirect(r *http.Response) string {
	location, err := r.Location()
	if err != nil {
		return "nowhere"
	}
	return short(location.Path)
}

// message is what an answer says about itself, in one of Superset's three ways.
func message(body []byte) string {
	var answer struct {
		Message any
		Msg     string
		Errors  []struct{ Message string }
	}
	if json.Unmarshal(body, &answer) != nil {
		return "no reason given"
	}
	var texts []string
	for _, e := range answer.Errors {
		texts = append(texts, e.Message)
	}
	if answer.Message != nil {
		texts = append(texts, leaves("", answer.Message)...)
	}
	if answer.Msg != "" {
		texts = append(texts, answer.Msg)
	}
	if len(texts) == 0 {
		return "no reason given"
	}
	return short(strings.Join(texts, "; "))
}

// short cuts a text of the server to what fits into an error.
func short(text string) string {
	const limit = 500
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + " …"
}

// hide takes secrets out of an error, should the server have repeated them.
// Only then the error loses what it wraps.
func hide(err error, secrets ...string) error {
	text := err.Error()
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, mask)
		}
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}
