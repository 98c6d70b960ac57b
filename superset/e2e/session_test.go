package e2e_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// session is somebody who logged in as a browser does, by cookie.
type session struct {
	server server
	client *http.Client
}

var csrfInput = regexp.MustCompile(`name="csrf_token"[^>]*value="([^"]+)"`)

// logIn posts the login form. Filling it in on the page is no alternative: a log
// call of that page at times replaces the fresh cookie.
func (s server) logIn(t *testing.T) session {
	t.Helper()

	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	in := session{server: s, client: &http.Client{Jar: jar}}

	token := csrfInput.FindSubmatch(in.get(t, "/login/"))
	require.NotNil(t, token, "no csrf_token in the login page")
	form := url.Values{"username": {"admin"}, "password": {"admin"}, "csrf_token": {string(token[1])}}
	response, err := in.client.PostForm(s.url+"/login/", form)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	in.get(t, "/api/v1/me/")

	return in
}

// get returns what the server has under the path.
func (s session) get(t *testing.T, path string) []byte {
	t.Helper()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.url+path, nil)
	require.NoError(t, err)
	response, err := s.client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s: %.500s", path, body)

	return body
}
