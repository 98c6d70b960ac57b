package redact

import (
	"regexp"

	"github.com/zricethezav/gitleaks/v8/config"
)

// passwordRules find what gitleaks leaves to others, because a repository has
// little of it and logs have much: passwords that have no form of their own and
// are known by what stands around them.
//
// The forms are those of RFC 3986 (user:password@ in a URL), RFC 9110
// (Authorization), RFC 7468 (PEM), the key=value strings of libpq, ODBC and
// ADO.NET, and assignments as programming languages write them.
func passwordRules() []*rule {
	const (
		password = `(?:password|passwd|passphrase|pwd)`
		place    = `(?:host|hostaddr|server|data source|user|user id|uid|username|dbname|database|initial catalog)`
		value    = `('[^'\n]{1,128}'|"[^"\n]{1,128}"|[^\s;,&'"\x60()\[\]{}]{1,128})`
	)
	return []*rule{
		{
			id:       "url-password",
			regexp:   regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]{1,30}://[^\s:/?#@"'<>\x60\\]{0,128}:([^\s/?"'<>\x60\\]{1,256})@[^\s@/]`),
			keywords: []string{"://"},
			harmless: noPassword,
			loose:    true,
		},
		{
			id:       "connection-password",
			regexp:   regexp.MustCompile(`(?i)\b` + place + `=[^\n]{0,300}?\b` + password + `=` + value),
			keywords: []string{"password=", "passwd=", "pwd="},
			harmless: noPassword,
			loose:    true,
		},
		{
			id:       "connection-password",
			regexp:   regexp.MustCompile(`(?i)\b` + password + `=` + value + `[;, &][^\n]{0,300}?\b` + place + `=`),
			keywords: []string{"password=", "passwd=", "pwd="},
			harmless: noPassword,
			loose:    true,
		},
		{
			id: "quoted-password",
			regexp: regexp.MustCompile(`(?i)(?:` + password + `|[_-]pass)["'\x60\]]{0,3}\s{0,3}(?::=|=>|={1,3}|!=|:)\s{0,3}` +
				`(?:"([^"\s\\]{4,200})"|'([^'\s\\]{4,200})'|\x60([^\x60\s]{4,200})\x60)`),
			keywords: []string{"password", "passwd", "passphrase", "pwd", "_pass", "-pass"},
			harmless: noPassword,
			loose:    true,
		},
		{
			id:       "plain-password",
			regexp:   regexp.MustCompile(`(?i)` + password + `=([^\s"'\x60&;,()<>\[\]{}\\]{4,128})`),
			keywords: []string{"password=", "passwd=", "passphrase=", "pwd="},
			harmless: append([]*config.Allowlist{identifier}, noPassword...),
			loose:    true,
		},
		{
			id:       "environment-secret",
			regexp:   regexp.MustCompile(`\b[A-Z][A-Z0-9_]{0,60}(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_KEY|_KEY|_PWD|_PASS)=([^\s"'\x60&;,()<>\[\]{}\\]{4,256})`),
			keywords: []string{"password=", "passwd=", "passphrase=", "secret=", "token=", "_key=", "_pwd=", "_pass="},
			harmless: noPassword,
			loose:    true,
		},
		{
			id: "authorization-header",
			regexp: regexp.MustCompile(`(?i)\bauthorization["'\x60]?\s{0,3}[:=,]\s{0,3}["'\x60]?` +
				`(?:basic|bearer|token|apikey)\s{1,3}([a-z0-9+/_.~=-]{8,})`),
			keywords: []string{"authorization"},
			harmless: noPassword,
			loose:    true,
		},
		{
			id: "private-key", // that was cut off: gitleaks wants the end
			regexp: regexp.MustCompile(`-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----` +
				`(?:(?:[\s"'+>|]|\\[nrt]){1,40}(?:[A-Za-z0-9+/=]{16,}|[A-Z][A-Za-z-]{2,30}: [^\n\\]{1,100}))+`),
			keywords: []string{"-----begin"},
		},
	}
}

// noPassword is what stands where a password would: a variable, a format, a
// name, asterisks.
var noPassword = []*config.Allowlist{{Regexes: []*regexp.Regexp{
	regexp.MustCompile(`^["']?(?:\$|%[a-zA-Z({]|\{|<|@@?[A-Z_]+@)`),
	regexp.MustCompile(`^/[\w.-]*(?:/[\w.-]*)*$`), // PWD is a folder as well
	regexp.MustCompile(`(?i)^["']?(?:\*+|x+|\.{3,}|…|pass|value|password|passwd|passphrase|pwd|secret|token|string|null|none|nil|undefined|true|false|required|optional)["']?$`),
}}}

// identifier is a name that a value is taken from.
var identifier = &config.Allowlist{Regexes: []*regexp.Regexp{regexp.MustCompile(`^[A-Za-z_.]+$`)}}
