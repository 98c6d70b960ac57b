package sample

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/api"
)

// The people of each organization: the first two are its admins, the last one
// is a viewer.
var (
	halcyonPeople = []string{
		"Amara Okafor", "Henrik Lund", "Beatriz Moreno", "Callum Reid", "Dilnoza Karimova", "Emil Novak",
		"Farah Haddad", "Giulia Conti", "Hana Sato", "Ivo Marek", "Jonas Weber", "Kavya Iyer", "Liam Brennan",
		"Mirela Pop", "Noor Rahman", "Olga Petrova",
	}
	brightwaterPeople = []string{
		"Pilar Vega", "Quentin Moreau", "Rosa Almeida", "Sven Dahl", "Tariq Aziz", "Uma Nair", "Viktor Horvat",
		"Wanjiru Kamau", "Xenia Roussos",
	}
	kestrelPeople = []string{"Yara Mansour", "Zoltan Kiss", "Anneke Visser", "Bao Tran", "Clara Jensen"}
)

// populate gives the organization its people. All but a few are active and
// logged in lately; one has left and one never came.
func (s *story) populate(r *rand.Rand, org *organization, names []string) {
	for i, name := range names {
		p := &person{
			name:     name,
			username: strings.ToLower(strings.ReplaceAll(name, " ", ".")),
			role:     api.RoleDeveloper,
			active:   true,
			joined:   s.founded().Add(time.Duration(i) * 17 * time.Minute),
		}
		switch {
		case i < 2:
			p.role = api.RoleAdmin
		case i == len(names)-1:
			p.role = api.RoleViewer
		}
		if p.role != api.RoleViewer {
			p.team = org.teams[i%len(org.teams)]
		}
		age := between(r, 0, 8) // days since the last login
		switch i {
		case 6: // works without logging in
			age = between(r, 40, 80)
		case 12: // has left
			age = between(r, 60, 90)
			p.active = false
		}
		if i != 14 { // never came
			p.lastLogin = s.login(r, age)
		}
		org.people = append(org.people, p)
	}
}

// login is a moment on a day before the end of the period.
func (s *story) login(r *rand.Rand, daysAgo int) time.Time {
	return workday(s.Until.AddDate(0, 0, -1-daysAgo)).Add(time.Duration(between(r, -120, 420)) * time.Minute)
}
