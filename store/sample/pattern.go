package sample

import (
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// pattern is an entry of a library in words.
type pattern struct {
	name     string
	category string
	severity metrics.Severity // of breaking it
	about    string
	wrong    string // code that breaks it
	right    string // code that keeps it
	bug      string // what is reported when it is broken
	issue    string // what a review calls it
	tests    []string
}

// entry is a pattern in the library of an organization.
type entry struct {
	*pattern
	org      *organization
	use      int // how often it is applied, compared with the others
	versions []*version
	retired  time.Time // when people stopped applying it; zero for never
	archived bool
}

// version is one version of an entry. It exists from published on.
type version struct {
	id        int64
	number    int64
	published time.Time
	effect    int // on the success of code that applies it, in a thousand
}

// at is the version of the entry that was current at t, nil before the first.
func (e *entry) at(t time.Time) *version {
	var current *version
	for _, v := range e.versions {
		if !v.published.After(t) {
			current = v
		}
	}
	return current
}

// inUse tells whether people applied the entry at t.
func (e *entry) inUse(t time.Time) bool {
	return e.use > 0 && e.at(t) != nil && (e.retired.IsZero() || t.Before(e.retired))
}

// stock fills the libraries. Of an entry's versions it takes the parts of the
// period at which they were published and their effects.
func (s *story) stock(halcyon, brightwater, kestrel *organization) {
	add := func(org *organization, p *pattern, use int, published, effects []int) *entry {
		e := &entry{pattern: p, org: org, use: use}
		for i, permille := range published {
			e.versions = append(e.versions, &version{
				number:    int64(i + 1),
				published: workday(s.at(permille)).Add(time.Duration(7*len(org.library)) * time.Minute),
				effect:    effects[i],
			})
		}
		org.library = append(org.library, e)
		return e
	}

	add(halcyon, &inputValidation, 26, []int{-900, 550}, []int{-170, 40})
	add(halcyon, &errorWrapping, 20, []int{-700, -200}, []int{0, 10})
	add(halcyon, &idempotentWrites, 14, []int{-500, 740}, []int{-15, 25})
	add(halcyon, &contextDeadlines, 13, []int{-650}, []int{5})
	add(halcyon, &structuredLogging, 15, []int{-950, 150, 640}, []int{-10, 0, 10})
	add(halcyon, &numpySerialization, 10, []int{-800}, []int{-20})
	add(halcyon, &boundsChecking, 12, []int{-850, 380}, []int{-30, 10})
	add(halcyon, &secretRedaction, 7, []int{100}, []int{0})
	cache := add(halcyon, &globalCache, 6, []int{-990}, []int{-60})
	cache.retired, cache.archived = workday(s.at(450)), true
	add(halcyon, &canaryRelease, 0, []int{940}, []int{0})

	add(brightwater, &parameterizedSQL, 22, []int{-600, 620}, []int{-120, 30})
	add(brightwater, &streaming, 16, []int{-500}, []int{0})
	add(brightwater, &retryWithBackoff, 18, []int{-450, 300}, []int{-30, 10})
	files := add(brightwater, &tempFiles, 12, []int{-700}, []int{0})
	files.retired = workday(s.at(850))
	add(brightwater, &tableDrivenTests, 14, []int{-300}, []int{10})
	add(brightwater, &structuredLogging, 10, []int{-620}, []int{0})

	add(kestrel, &specificExceptions, 20, []int{-200}, []int{-10})
	add(kestrel, &timeZoneSafety, 18, []int{-100, 480}, []int{-70, 10})
	add(kestrel, &boundsChecking, 15, []int{-150}, []int{0})
}

var (
	inputValidation = pattern{
		name: "input_validation", category: "defensive_programming", severity: metrics.SeverityHigh,
		about: "Check what comes from outside once, at the border, and refuse it with a reason.",
		wrong: "amount := req.Form.Get(\"amount\")\ncharge(amount)",
		right: "amount, err := money.Parse(req.Form.Get(\"amount\"))\nif err != nil {\n\treturn badRequest(err)\n}",
		bug:   "ValueError: amount is empty", issue: "unchecked_input",
		tests: []string{"test_amount_must_be_positive", "test_unknown_currency_is_refused"},
	}
	errorWrapping = pattern{
		name: "error_wrapping", category: "error_handling", severity: metrics.SeverityMedium,
		about: "Say what was being done when an error came, and keep the cause inside.",
		wrong: "return err",
		right: "return fmt.Errorf(\"refund %s: %w\", id, err)",
		bug:   "RuntimeError: operation failed", issue: "error_without_context",
		tests: []string{"test_refund_error_names_the_order"},
	}
	idempotentWrites = pattern{
		name: "idempotent_writes", category: "reliability", severity: metrics.SeverityCritical,
		about: "Give every write a key, so that a retry cannot do it twice.",
		wrong: "db.Exec(\"INSERT INTO charges (order_id) VALUES ($1)\", id)",
		right: "db.Exec(\"INSERT INTO charges (key, order_id) VALUES ($1, $2) ON CONFLICT DO NOTHING\", key, id)",
		bug:   "IntegrityError: order was charged twice", issue: "write_without_key",
		tests: []string{"test_charge_is_booked_once", "test_refund_is_booked_once"},
	}
	contextDeadlines = pattern{
		name: "context_deadlines", category: "concurrency", severity: metrics.SeverityHigh,
		about: "Whatever waits for somebody else gives up at a time that the caller chooses.",
		wrong: "resp, err := http.Get(url)",
		right: "ctx, cancel := context.WithTimeout(ctx, 2*time.Second)\ndefer cancel()",
		bug:   "TimeoutError: no answer from the acquirer after 60 s", issue: "call_without_deadline",
		tests: []string{testFlaky, "test_slow_acquirer_does_not_block"},
	}
	structuredLogging = pattern{
		name: "structured_logging", category: "production_readiness", severity: metrics.SeverityLow,
		about: "Log an event with fields, so that it can be searched, instead of printing a sentence.",
		wrong: "print(f\"saved {n} rows\")",
		right: "log.info(\"saved\", extra={\"rows\": n})",
		bug:   "KeyError: 'request_id' in log formatter", issue: "print_statement",
		tests: []string{"test_log_lines_carry_the_request"},
	}
	numpySerialization = pattern{
		name: "numpy_json_serialization", category: "serialization", severity: metrics.SeverityHigh,
		about: "Turn numbers of NumPy into plain ones before they become JSON.",
		wrong: "json.dumps({\"mean\": values.mean()})",
		right: "json.dumps({\"mean\": float(values.mean())})",
		bug:   "TypeError: cannot serialise numpy.float64", issue: "numpy_in_json",
		tests: []string{"test_report_is_plain_json"},
	}
	boundsChecking = pattern{
		name: "bounds_checking", category: "defensive_programming", severity: metrics.SeverityMedium,
		about: "A list may be empty: look before taking its first element.",
		wrong: "latest = rows[0]",
		right: "latest = rows[0] if rows else None",
		bug:   "IndexError: list is empty", issue: "unchecked_index",
		tests: []string{"test_no_rows_give_no_total", "test_last_page_is_short"},
	}
	secretRedaction = pattern{
		name: "secret_redaction", category: "security", severity: metrics.SeverityCritical,
		about: "Keys and card numbers print as placeholders, in logs and in errors.",
		wrong: "log.Printf(\"request %+v\", req)",
		right: "log.Printf(\"request %s\", req.ID)",
		bug:   "SecurityError: card number in log", issue: "secret_in_log",
	}
	globalCache = pattern{
		name: "global_cache", category: "performance", severity: metrics.SeverityLow,
		about: "Keep what is expensive to compute in a package variable.",
		wrong: "def rates(): return load_rates()",
		right: "RATES = load_rates()",
		bug:   "RuntimeError: dictionary changed size during iteration", issue: "shared_state",
		tests: []string{"test_rates_are_loaded_once"},
	}
	canaryRelease = pattern{
		name: "canary_release", category: "delivery", severity: metrics.SeverityMedium,
		about: "Send one request in a hundred to the new version before all of them.",
		wrong: "kubectl set image deployment/checkout checkout=$IMAGE",
		right: "release --canary 1 --watch error_rate checkout $IMAGE",
		bug:   "RuntimeError: rollout failed", issue: "release_without_canary",
	}
	parameterizedSQL = pattern{
		name: "parameterized_sql", category: "security", severity: metrics.SeverityCritical,
		about: "Values reach a statement as parameters, never as part of its text.",
		wrong: "cur.execute(f\"SELECT * FROM points WHERE sensor = '{name}'\")",
		right: "cur.execute(\"SELECT * FROM points WHERE sensor = %s\", (name,))",
		bug:   "ProgrammingError: syntax error at or near \"O\"", issue: "sql_from_text",
		tests: []string{"test_quote_in_sensor_name", "test_query_takes_parameters"},
	}
	streaming = pattern{
		name: "large_file_streaming", category: "performance", severity: metrics.SeverityHigh,
		about: "Read a file piece by piece; its size must not decide how much memory is needed.",
		wrong: "data = open(path).read()",
		right: "for line in open(path):\n    handle(line)",
		bug:   "MemoryError: archive of 4 GiB read at once", issue: "file_read_at_once",
		tests: []string{"test_archive_needs_little_memory"},
	}
	retryWithBackoff = pattern{
		name: "retry_with_backoff", category: "reliability", severity: metrics.SeverityMedium,
		about: "Try again what failed for a passing reason, with growing pauses and an end.",
		wrong: "while not send(batch): pass",
		right: "for pause in backoff(limit=30):\n    if send(batch):\n        break\n    sleep(pause)",
		bug:   "ConnectionError: too many requests", issue: "retry_without_pause",
		tests: []string{"test_retry_gives_up", "test_pauses_grow"},
	}
	tempFiles = pattern{
		name: "temp_file_handling", category: "resource_management", severity: metrics.SeverityHigh,
		about: "A temporary file goes away however the work ends.",
		wrong: "path = tempfile.mktemp()",
		right: "with tempfile.NamedTemporaryFile() as f:\n    work(f)",
		bug:   "OSError: no space left on device", issue: "resource_leak",
		tests: []string{"test_no_file_is_left"},
	}
	tableDrivenTests = pattern{
		name: "table_driven_tests", category: "testing", severity: metrics.SeverityLow,
		about: "Cases are rows of a table, so that the next one costs a line.",
		wrong: "def test_1(): ...\ndef test_2(): ...",
		right: "@pytest.mark.parametrize(\"given, want\", CASES)\ndef test_resample(given, want): ...",
		bug:   "AssertionError: case is not covered", issue: "copied_test",
		tests: []string{"test_resample_cases"},
	}
	specificExceptions = pattern{
		name: "specific_exceptions", category: "error_handling", severity: metrics.SeverityMedium,
		about: "Catch what you expect and can handle; the rest must be seen.",
		wrong: "try:\n    hold(seat)\nexcept:\n    pass",
		right: "try:\n    hold(seat)\nexcept SeatTaken:\n    offer_another()",
		bug:   "RuntimeError: seat was neither held nor refused", issue: "bare_except",
		tests: []string{"test_taken_seat_is_reported"},
	}
	timeZoneSafety = pattern{
		name: "time_zone_safety", category: "correctness", severity: metrics.SeverityHigh,
		about: "An instant knows its zone; a day is a day of some place.",
		wrong: "departure = datetime.now()",
		right: "departure = datetime.now(tz=airport.zone)",
		bug:   "TypeError: can't compare offset-naive and offset-aware datetimes", issue: "naive_time",
		tests: []string{"test_departure_across_midnight", "test_summer_time_begins"},
	}
)

// testFlaky fails now and then, whatever the code.
const testFlaky = "test_settlement_survives_slow_clock"
