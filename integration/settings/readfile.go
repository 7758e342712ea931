package settings

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
)

// ReadFile reads an exported file, JSON or YAML. A file of a later format version is refused before anything else of it
// is read.
func ReadFile(body []byte) (*File, []Problem) {
	text, problem := asJSON(body)
	if problem != nil {
		return nil, []Problem{*problem}
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"format_version"`
	}
	err := json.Unmarshal(text, &head)
	switch {
	case err != nil || head.Format != FileFormat || head.Version < 1:
		return nil, []Problem{problemOf("", "file_other")}
	case head.Version > FileVersion:
		return nil, []Problem{problemOf("/format_version", "file_newer", count(head.Version), count(FileVersion))}
	}
	f := &File{}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, []Problem{problemOf("", "file_other")}
	}
	if len(f.Settings) == 0 {
		return nil, []Problem{problemOf("/settings", "required")}
	}
	return f, nil
}

// asJSON gives the text of a file as JSON.
func asJSON(body []byte) ([]byte, *Problem) {
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '{' {
		_, problem := document(body)
		return body, problem
	}
	tree, err := parseYAML(body)
	if err != nil {
		p := problemOf("", "malformed_yaml")
		if at := yamlLine.FindStringSubmatch(err.Error()); at != nil {
			p.Line, _ = strconv.Atoi(at[1])
		}
		return nil, &p
	}
	return tree.json(), nil
}

// yamlLine finds where a mistake is; the library tells it in words only.
var yamlLine = regexp.MustCompile(`line (\d+)`)
