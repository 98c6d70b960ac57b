package sample

import (
	"time"

	"github.com/doronpers/feedback-loop-go/api"
)

// organization is a tenant with all that belongs to it. The ids are those of
// the rows, once they are written.
type organization struct {
	id       int64
	name     string
	slug     string
	tier     api.Tier
	teams    []*team
	people   []*person
	projects []*project
	library  []*entry
}

type team struct {
	id          int64
	name        string
	slug        string
	description string
}

type person struct {
	id        int64
	name      string
	username  string
	role      api.Role
	team      *team // nil for who is in none
	active    bool
	joined    time.Time
	lastLogin time.Time // zero for who never logged in
}

// project is what a team works on.
type project struct {
	name      string
	org       *organization
	share     int // of the events, in a thousand
	python    bool
	files     []string
	functions []string
	subjects  []string // of prompts
}

const (
	projectCheckout  = "checkout"
	projectLedger    = "ledger"
	projectTelemetry = "telemetry"
	projectBooking   = "booking"
)

// cast returns the organizations, largest first.
func (s *story) cast() []*organization {
	halcyon := &organization{
		name: "Halcyon Payments", slug: "halcyon-payments", tier: api.TierEnterprise,
		teams: []*team{
			{name: "Checkout", slug: "checkout", description: "Takes the money."},
			{name: "Ledger", slug: "ledger", description: "Keeps the books."},
			{name: "Platform", slug: "platform", description: "Keeps everything running."},
		},
		projects: []*project{
			{
				name: projectCheckout, share: 340,
				files: []string{
					"checkout/cart.go", "checkout/charge.go", "checkout/handler.go", "checkout/refund.go",
					"checkout/session.go", "internal/money/amount.go",
				},
				functions: []string{"Charge", "Refund", "ApplyVoucher", "ParseCart", "RenderReceipt", "SessionFromRequest"},
				subjects: []string{
					"the voucher form", "partial refunds", "a retry for card authorisation", "the cart handler",
					"currency rounding", "session expiry", "receipts by mail", "the fraud score",
				},
			},
			{
				name: projectLedger, share: 270, python: true,
				files: []string{
					"ledger/accounts.py", "ledger/api.py", "ledger/export.py", "ledger/postings.py",
					"ledger/settlement.py", "reports/monthly.py",
				},
				functions: []string{"post_entry", "close_month", "export_csv", "settle_batch", "load_statements", "balance_at"},
				subjects: []string{
					"the monthly report", "an export of postings", "the settlement batch", "account merging",
					"a balance at any date", "statement parsing", "the audit query", "tax codes",
				},
			},
		},
	}
	brightwater := &organization{
		name: "Brightwater Sensors", slug: "brightwater-sensors", tier: api.TierTeam,
		teams: []*team{
			{name: "Ingest", slug: "ingest", description: "Receives what the sensors send."},
			{name: "Insight", slug: "insight", description: "Turns measurements into charts."},
		},
		projects: []*project{{
			name: projectTelemetry, share: 250, python: true,
			files: []string{
				"telemetry/alerts.py", "telemetry/archive.py", "telemetry/ingest.py", "telemetry/query.py",
				"telemetry/resample.py",
			},
			functions: []string{"ingest_batch", "resample", "query_range", "archive_day", "detect_outliers"},
			subjects: []string{
				"the resampling of gaps", "an outlier alert", "archiving to object storage", "range queries",
				"the ingest queue", "sensor registration",
			},
		}},
	}
	kestrel := &organization{
		name: "Kestrel Travel", slug: "kestrel-travel", tier: api.TierFree,
		teams: []*team{{name: "Product", slug: "product", description: "Everybody who writes code."}},
		projects: []*project{{
			name: projectBooking, share: 140, python: true,
			files:     []string{"booking/calendar.py", "booking/offers.py", "booking/seats.py", "booking/views.py"},
			functions: []string{"find_offers", "hold_seat", "confirm_booking", "price_calendar"},
			subjects: []string{
				"the seat map", "a price calendar", "holding a seat", "the offer search", "confirmation mails",
			},
		}},
	}
	r := s.random(streamPeople)
	s.populate(r, halcyon, halcyonPeople)
	s.populate(r, brightwater, brightwaterPeople)
	s.populate(r, kestrel, kestrelPeople)
	s.stock(halcyon, brightwater, kestrel)

	all := []*organization{halcyon, brightwater, kestrel}
	for _, org := range all {
		for _, p := range org.projects {
			p.org = org
		}
	}
	return all
}

// founded is when the organizations began to use the system: before anybody
// logged in and before any pattern was published.
func (s *story) founded() time.Time {
	founded := s.at(-1500)
	if latest := s.from.AddDate(0, 0, -120); founded.After(latest) {
		founded = latest
	}
	return workday(founded)
}
