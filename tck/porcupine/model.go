package main

import (
	"sort"

	"github.com/anishathalye/porcupine"
)

type record struct {
	Type    string `json:"type"`
	ID      string `json:"id"`
	Version uint64 `json:"version,string"`
	Payload string `json:"payload"`
	Deleted bool   `json:"deleted"`
}

type start struct {
	ServerVersion uint64   `json:"serverVersion,string"`
	Latest        uint64   `json:"latest,string"`
	Records       []record `json:"records"`
}

type write struct {
	Type      string  `json:"type"`
	ID        string  `json:"id"`
	Payload   string  `json:"payload"`
	Delete    bool    `json:"delete"`
	Condition *uint64 `json:"condition,string"` // 0: no live record
}

type input struct {
	Call   string  `json:"call"`
	Writes []write `json:"writes"`
	Type   *string `json:"type"`
	ID     string  `json:"id"`
}

type output struct {
	Unknown          bool     `json:"unknown"`
	Failed           *int     `json:"failed"`
	Found            uint64   `json:"found,string"`
	OldServerVersion uint64   `json:"oldServerVersion,string"`
	ServerVersion    uint64   `json:"serverVersion,string"`
	Latest           uint64   `json:"latest,string"`
	Types            []string `json:"types"`
	Records          []record `json:"records"`
}

type key struct{ Type, ID string }

// state is never changed after it was made.
type state struct {
	serverVersion uint64
	latest        uint64
	live          map[key]record
}

func model(begin start) porcupine.Model {
	return porcupine.Model{
		Init: func() interface{} {
			live := map[key]record{}
			for _, r := range begin.Records {
				live[key{r.Type, r.ID}] = r
			}
			return &state{begin.ServerVersion, begin.Latest, live}
		},
		Step: func(before, in, out interface{}) (bool, interface{}) {
			return before.(*state).step(in.(input), out.(output))
		},
		Equal: func(a, b interface{}) bool { return a.(*state).equal(b.(*state)) },
	}
}

func (s *state) equal(other *state) bool {
	if s == other {
		return true
	}
	if s.serverVersion != other.serverVersion || s.latest != other.latest || len(s.live) != len(other.live) {
		return false
	}
	for k, r := range s.live {
		if other.live[k] != r {
			return false
		}
	}
	return true
}

func (s *state) step(in input, out output) (bool, *state) {
	switch in.Call {
	case "put":
		return s.put(in.Writes, out)
	case "clear":
		if !out.Unknown && (out.OldServerVersion != s.serverVersion || out.ServerVersion == s.serverVersion) {
			return false, s
		}
		return true, &state{out.ServerVersion, s.latest, map[key]record{}}
	case "get":
		live, found := s.live[key{*in.Type, in.ID}]
		return found == (len(out.Records) == 1) && (!found || live == out.Records[0]), s
	case "listTypes":
		return s.lists(out.Types), s
	case "versions":
		return out.ServerVersion == s.serverVersion && out.Latest == s.latest, s
	case "snapshot":
		return out.ServerVersion == s.serverVersion && out.Latest == s.latest && s.shows(in.Type, out.Records), s
	}
	return false, s
}

func (s *state) put(batch []write, out output) (bool, *state) {
	for i, w := range batch {
		if w.Condition != nil && *w.Condition != s.live[key{w.Type, w.ID}].Version {
			fits := out.Failed != nil && *out.Failed == i && out.Found == s.live[key{w.Type, w.ID}].Version
			return fits || out.Unknown, s
		}
	}
	if out.Failed != nil || (!out.Unknown && (out.ServerVersion != s.serverVersion || len(out.Records) != len(batch))) {
		return false, s
	}
	after := &state{s.serverVersion, s.latest, make(map[key]record, len(s.live))}
	for k, r := range s.live {
		after.live[k] = r
	}
	for i, w := range batch {
		k := key{w.Type, w.ID}
		live, found := after.live[k]
		if w.Delete && !found {
			if !out.Unknown && out.Records[i].Version != 0 {
				return false, s
			}
			continue
		}
		after.latest++
		change := record{w.Type, w.ID, after.latest, w.Payload, w.Delete}
		if w.Delete {
			change.Payload = live.Payload
			delete(after.live, k)
		} else {
			after.live[k] = change
		}
		if !out.Unknown && out.Records[i] != change {
			return false, s
		}
	}
	return true, after
}

func (s *state) lists(types []string) bool {
	distinct := map[string]bool{}
	for k := range s.live {
		distinct[k.Type] = true
	}
	if len(distinct) != len(types) || !sort.StringsAreSorted(types) {
		return false
	}
	for _, t := range types {
		if !distinct[t] {
			return false
		}
	}
	return true
}

func (s *state) shows(only *string, records []record) bool {
	due := 0
	for k := range s.live {
		if only == nil || k.Type == *only {
			due++
		}
	}
	if due != len(records) {
		return false
	}
	for _, r := range records {
		if s.live[key{r.Type, r.ID}] != r || (only != nil && r.Type != *only) {
			return false
		}
	}
	return true
}
