package redact_test

import (
	encoding "encoding/base64"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/redact"
)

var noon = metrics.At(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC))

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
	hex    = digits + "abcdef"
	word   = lower + upper + digits
	base64 = word + "+/"
)

// source makes secrets, so that none stands in this file. The same seed makes
// the same ones.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 26))} }

// of returns n characters of an alphabet.
func (s source) of(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[s.IntN(len(alphabet))]
	}
	return string(b)
}

// pem is a private key of so many lines.
func (s source) pem(kind string, lines int) string {
	var b strings.Builder
	b.WriteString("-----BEGIN " + kind + "PRIVATE KEY-----\n")
	for range lines {
		b.WriteString(s.of(base64, 64) + "\n")
	}
	b.WriteString("-----END " + kind + "PRIVATE KEY-----")
	return b.String()
}

// uuid is an identifier in its usual form.
func (s source) uuid() string {
	return s.of(hex, 8) + "-" + s.of(hex, 4) + "-" + s.of(hex, 4) + "-" + s.of(hex, 4) + "-" + s.of(hex, 12)
}

// sample is a text with secrets in it.
type sample struct {
	rule    string   // of the placeholder
	text    string   // %s for each secret
	secrets []string // what must be gone
}

func (s sample) String() string {
	args := make([]any, len(s.secrets))
	for i, secret := range s.secrets {
		args[i] = secret
	}
	return fmt.Sprintf(s.text, args...)
}

// samples are texts of every kind, as they stand in code, prompts, messages and
// traces.
func samples(seed uint64) map[string]sample {
	s := newSource(seed)
	one := func(rule, text, secret string) sample { return sample{rule, text, []string{secret}} }
	return map[string]sample{
		"AWS key in code":              one("aws-access-token", "cfg := aws.Config{Key: \"%s\"}", "AKIA"+s.of(upper+"234567", 16)),
		"AWS key of the documentation": one("aws-access-token", "export AWS_ACCESS_KEY_ID=%s\n", "AKIA"+"IOSFODNN7"+"EXAMPLE"),
		"AWS secret key":               one("generic-api-key", "aws_secret_access_key = %s\n", s.of(base64, 38)+"7Q"),
		"GitHub token in a prompt":     one("github-pat", "Why does git clone https://%s@github.com/a/b fail?", "ghp_"+s.of(word, 36)),
		"GitHub token of one letter":   one("github-pat", "token: %s.", "ghp_"+strings.Repeat("a", 36)),
		"GitHub fine-grained token":    one("github-fine-grained-pat", "%s", "github_pat_"+s.of(word, 82)),
		"GitHub app token":             one("github-app-token", "GITHUB_TOKEN %s expired", "ghs_"+s.of(word, 36)),
		"GitLab token":                 one("gitlab-pat", "PRIVATE-TOKEN: %s", "glpat-"+s.of(word, 20)),
		"Slack token":                  one("slack-bot-token", "panic: slack: %s is not allowed", "xoxb-"+s.of(digits, 12)+"-"+s.of(digits, 12)+"-"+s.of(word, 24)),
		"Slack webhook":                one("slack-webhook-url", "POST %s", "https://hooks.slack.com/services/"+s.of(upper, 9)+"/"+s.of(upper, 11)+"/"+s.of(word, 24)),
		"Stripe key":                   one("stripe-access-token", "stripe.Key = \"%s\"", "sk_live_"+s.of(word, 24)),
		"OpenAI key":                   one("openai-api-key", "OPENAI_API_KEY=%s", "sk-proj-"+s.of(word, 74)+"T3BlbkFJ"+s.of(word, 74)),
		"Anthropic key":                one("anthropic-api-key", "x-api-key: %s", "sk-ant-api03-"+s.of(word, 93)+"AA"),
		"Google key":                   one("gcp-api-key", "&key=%s\"", "AIza"+s.of(word, 35)),
		"SendGrid key":                 one("sendgrid-api-token", "SG key is %s ", "SG."+s.of(word, 66)),
		"npm token":                    one("npm-access-token", "//registry.npmjs.org/:_authToken=%s\n", "npm_"+s.of(lower+digits, 36)),
		"PyPI token":                   one("pypi-upload-token", "twine upload -u __token__ -p %s", "pypi-AgEIcHlwaS5vcmc"+s.of(word, 80)),
		"Hugging Face token":           one("huggingface-access-token", "login('%s')", "hf_"+s.of(lower, 34)),
		"JSON web token":               one("jwt", "token=%s;", "eyJ"+s.of(word, 30)+".eyJ"+s.of(word, 40)+"."+s.of(word, 43)),
		"encoded JSON web token":       one("jwt-base64", "token: %s\n", encoding.StdEncoding.EncodeToString([]byte(`eyJhbGciOiJIUzI1NiJ9.eyJ`+s.of(word, 60)+"."+s.of(word, 43)))),
		"Teams webhook":                one("microsoft-teams-webhook", "POST %s", "https://shop.webhook.office.com/webhookb2/"+s.uuid()+"@"+s.uuid()+"/IncomingWebhook/"+s.of(hex, 32)+"/"+s.uuid()),
		"DigitalOcean token":           one("digitalocean-pat", "doctl auth init -t %s\n", "dop_v1_"+s.of(hex, 64)),
		"Discord token by its name":    one("discord-api-token", "discord_token = '%s'", s.of(hex, 64)),
		"generic key":                  one("generic-api-key", "{\"api_key\": \"%s\"}", s.of(word, 30)+"9zQ"),

		"private key":             one("private-key", "key := `%s`", s.pem("RSA ", 12)),
		"OpenSSH key":             one("private-key", "%s", s.pem("OPENSSH ", 20)),
		"private key in one line": one("private-key", `"private_key": "%s"`, strings.ReplaceAll(s.pem("", 8), "\n", `\n`)),
		"private key cut off":     one("private-key", "could not parse:\n%s", strings.Split(s.pem("EC ", 5), "\n-----END")[0]),
		"private key with a header": one("private-key", "%s", strings.Replace(s.pem("RSA ", 6), "-----\n",
			"-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,"+s.of(hex, 32)+"\n\n", 1)),

		"URL of a database":          one("url-password", "dial postgres://app:%s@db.internal:5432/shop?sslmode=disable: refused", s.of(word, 12)),
		"URL with an at sign":        one("url-password", "amqp://guest:%s@rabbit/", "p@ss"+s.of(word, 6)),
		"URL without a user":         one("url-password", "redis://:%s@cache:6379/0", s.of(word, 9)),
		"URL of Python":              one("url-password", "create_engine('postgresql+psycopg2://u:%s@h/d')", s.of(word, 9)),
		"URL in UTF-8":               one("url-password", "öffne „mysql://ü:%s@h/ü“", "ß"+s.of(lower, 6)+"é"),
		"connection string of libpq": one("connection-password", "host=db user=app password=%s dbname=shop", s.of(lower, 8)),
		"quoted by libpq":            one("connection-password", "host=db password=%s", "'my "+s.of(lower, 8)+"'"),
		"connection string of ADO":   one("connection-password", "Server=db;Database=shop;User Id=sa;Password=%s;Encrypt=true", s.of(lower, 10)+"!"),
		"password first":             one("connection-password", "Password=%s;Server=db", s.of(lower, 10)),

		"password in Go":           one("quoted-password", "password := \"%s\"", s.of(lower, 8)),
		"password in Python":       one("quoted-password", "DB_PASS = '%s'", s.of(lower, 8)),
		"password in JSON":         one("quoted-password", "{\"user\":\"a\",\"password\":\"%s\"}", s.of(lower, 7)),
		"password in a map":        one("quoted-password", "conf[\"passwd\"] = \"%s\"", s.of(lower, 7)),
		"password in a comparison": one("quoted-password", "if password == \"%s\" {", s.of(lower, 7)),
		"password of a flag":       one("plain-password", "mysqldump --password=%s shop", s.of(lower, 7)+"1"),
		"password of a query":      one("plain-password", "GET /login?name=a&password=%s&x=1", s.of(lower, 7)+"$"),
		"environment":              one("environment-secret", "export DB_PASSWORD=%s\n", s.of(lower, 7)),
		"token of the environment": one("environment-secret", "CI_JOB_TOKEN=%s go test", s.of(lower, 9)),
		"basic authorization":      one("authorization-header", "Authorization: Basic %s\r\n", s.of(base64, 20)+"=="),
		"bearer authorization":     one("authorization-header", "req.Header.Set(\"Authorization\", \"Bearer %s\")", s.of(word, 25)),

		"two in one text": {"github-pat", "%s and %s", []string{"ghp_" + s.of(word, 36), "ghp_" + s.of(word, 36)}},
		"side by side":    {"gitlab-pat", "%s %s", []string{"glpat-" + s.of(word, 20), "glpat-" + s.of(word, 20)}},
	}
}

func newRedactor(tb testing.TB, o redact.Options) *redact.Redactor {
	tb.Helper()

	r, err := redact.New(o)
	require.NoError(tb, err)
	return r
}

func TestSecretsOfEveryKindAreFound(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{})
	for seed := range uint64(5) {
		for name, s := range samples(seed) {
			placeholders := make([]any, len(s.secrets))
			for i := range placeholders {
				placeholders[i] = "[redacted:" + s.rule + "]"
			}
			clean, found := r.Text(s.String())
			assert.Equal(t, fmt.Sprintf(s.text, placeholders...), clean, name)
			assert.Len(t, found, len(s.secrets), name)
		}
	}
}

// Long texts are searched in parts.
func TestPlaceInALongTextDoesNotMatter(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{})
	filler := strings.Repeat("The key of the map is its name; tokens = words, and access: by index.\n", 60)
	for name, s := range samples(9) {
		text := s.String() + "\n"
		want, _ := r.Text(text)
		clean, _ := r.Text(filler + text + filler)
		assert.Equal(t, filler+want+filler, clean, name)
	}
}

func TestHarmlessTextStays(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{})
	for name, text := range map[string]string{
		"nothing":                 "",
		"prose":                   "The password is asked for once; the token of the key is then kept.",
		"a variable":              "password := os.Getenv(\"DB_PASSWORD\")",
		"a call":                  "connect(user=user, password=password)",
		"a variable in a URL":     "postgres://app:$PASSWORD@db/shop",
		"a shell variable":        "postgres://app:${DB_PASSWORD}@db/shop",
		"a format":                "fmt.Sprintf(\"postgres://%s:%s@%s/%s\", user, password, host, name)",
		"a template":              "mysql://{{ user }}:{{ password }}@host",
		"asterisks":               "redis://:****@cache:6379 password=****",
		"a URL with a port":       "GET http://localhost:8080/a@b and https://example.com/@user:x",
		"a struct tag":            "Password string `json:\"password\"`",
		"a public key":            "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
		"the name of a key block": "const begin = \"-----BEGIN RSA PRIVATE KEY-----\"",
		"a checksum":              "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"a commit":                "fixed in 13ec07c4f314be7c800ff482abc95c387211a26f",
		"a UUID":                  "run 6ba7b810-9dad-11d1-80b4-00c04fd430c8",
		"a placeholder":           "password = \"[redacted:quoted-password]\"",
		"a hash":                  "[hmac-sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08]",
		"a stack trace":           "goroutine 1 [running]:\nmain.tokenKey(0xc000012345)\n\t/src/token/key.go:12 +0x1d",
	} {
		clean, found := r.Text(text)
		assert.Equal(t, text, clean, name)
		assert.Nil(t, found, name)
	}
}

func TestRedactingTwiceChangesNothing(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{})
	s := newSource(1)
	var pieces []string
	for _, sample := range samples(2) {
		text := sample.String()
		pieces = append(pieces, text, text[:len(text)/2], text[len(text)/2:])
	}
	pieces = append(pieces, "[redacted:", "]", "[redacted:github-pat]", "password=", "://", "@", ":", "\"", "'", " ", "\n", "key = ", "é", "host=db ")
	for range 1000 {
		var b strings.Builder
		for range 1 + s.IntN(6) {
			b.WriteString(pieces[s.IntN(len(pieces))])
		}
		requireStable(t, r, b.String())
	}
}

// requireStable checks what holds for every text.
func requireStable(t *testing.T, r *redact.Redactor, text string) {
	t.Helper()

	clean, found := r.Text(text)
	again, more := r.Text(clean)
	require.Equal(t, clean, again, "redacted twice")
	require.Nil(t, more)
	if utf8.ValidString(text) {
		require.True(t, utf8.ValidString(clean), "no longer UTF-8: %q", clean)
	}
	if found == nil {
		require.Equal(t, text, clean)
	}
	var b strings.Builder // what the positions say
	end := 0
	for _, f := range found {
		require.True(t, end <= f.Start && f.Start < f.End && f.End <= len(text), "found %v in %d bytes", found, len(text))
		b.WriteString(text[end:f.Start] + "[redacted:" + f.Rule + "]")
		end = f.End
	}
	require.Equal(t, b.String()+text[end:], clean)
}

func FuzzText(f *testing.F) {
	for _, s := range samples(3) {
		f.Add(s.String())
	}
	f.Add("[redacted:x][redacted:")
	f.Add("\xff-----BEGIN PRIVATE KEY-----\x00")
	r := newRedactor(f, redact.Options{})
	f.Fuzz(func(t *testing.T, text string) { requireStable(t, r, text) })
}

func TestRulesOfOnesOwn(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{Rules: []redact.Rule{
		{ID: "customer", Regexp: regexp.MustCompile(`\bC-\d{6}\b`)},
		{ID: "badge", Regexp: regexp.MustCompile(`badge (\w+)`), Keywords: []string{"Badge"}},
	}})
	clean, found := r.Text("C-123456 with badge 7x and C-1234567")
	assert.Equal(t, "[redacted:customer] with badge [redacted:badge] and C-1234567", clean)
	assert.Equal(t, []redact.Finding{{Rule: "customer", Start: 0, End: 8}, {Rule: "badge", Start: 20, End: 22}}, found)

	for name, c := range map[string]struct {
		o    redact.Options
		want string
	}{
		"a rule without a name": {
			redact.Options{Rules: []redact.Rule{{Regexp: regexp.MustCompile(`x`)}}},
			"redact: rule 0: the id must be lower-case letters, digits and hyphens",
		},
		"a rule that would not end its placeholder": {
			redact.Options{Rules: []redact.Rule{{ID: "a]b", Regexp: regexp.MustCompile(`x`)}}},
			"redact: rule 0: the id must be lower-case letters, digits and hyphens",
		},
		"several mistakes": {
			redact.Options{
				Rules:   []redact.Rule{{ID: "a"}, {ID: "b", Regexp: regexp.MustCompile(`x*`)}},
				HashKey: []byte("short"),
			},
			"redact: rule 0: a has no regexp\nredact: rule 1: b matches the empty text\nredact: hash key of 5 bytes, fewer than 16",
		},
	} {
		_, err := redact.New(c.o)
		require.EqualError(t, err, c.want, name)
	}
}
