package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"omniconnector/integration"
)

// YAML writes the file with the names of things as comments beside their ids.
func (f *File) YAML() ([]byte, error) {
	body, err := f.JSON()
	if err != nil {
		return nil, err
	}
	root, err := parse(body)
	if err != nil {
		return nil, err
	}
	comments, err := f.comments()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(root.yaml("", comments)); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

// comments are the names of things by the places that refer to them.
func (f *File) comments() (map[string]string, error) {
	s := integration.Defaults()
	if err := json.Unmarshal(f.Settings, &s); err != nil {
		return nil, err
	}
	comments := map[string]string{}
	for _, r := range references(&s) {
		if name, _, ok := f.Names.name(r.named); ok && name != "" {
			comments["/settings"+r.at] = "# " + strings.Map(oneLine, name)
		}
	}
	return comments, nil
}

// oneLine keeps a comment from ending before its line does.
func oneLine(r rune) rune {
	if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' || !unicode.IsPrint(r) {
		return ' '
	}
	return r
}

func (v value) yaml(at string, comments map[string]string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: v.text, LineComment: comments[at]}
	switch v.form {
	case null:
		n.Tag, n.Value = "!!null", "null"
	case boolean:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(v.bool)
	case number:
		n.Tag = "!!int"
		if strings.ContainsAny(v.text, ".eE") {
			n.Tag = "!!float"
		}
	case text:
		n.Tag = "!!str"
		if strings.Map(oneLine, v.text) != v.text || strings.TrimSpace(v.text) != v.text {
			n.Style = yaml.DoubleQuotedStyle // blocks of odd spaces do not come back as they were
		}
	case list:
		n.Kind, n.Tag, n.Value = yaml.SequenceNode, "!!seq", ""
		for i, one := range v.list {
			n.Content = append(n.Content, one.yaml(item(at, i), comments))
		}
	case object:
		n.Kind, n.Tag, n.Value = yaml.MappingNode, "!!map", ""
		for _, m := range v.members {
			key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: m.name}
			n.Content = append(n.Content, key, m.value.yaml(child(at, m.name), comments))
		}
	}
	return n
}

var errAlias = errors.New("aliases are not taken")

// parseYAML reads one YAML document into the same tree as JSON. Aliases are refused: a short text could stand for a huge one.
func parseYAML(body []byte) (value, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(body, &root); err != nil {
		return value{}, err
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) != 1 {
		return value{form: null}, nil
	}
	return fromYAML(root.Content[0], 0)
}

func fromYAML(n *yaml.Node, depth int) (value, error) {
	if depth > maxDepth {
		return value{}, errDeep
	}
	switch n.Kind {
	case yaml.SequenceNode:
		v := value{form: list}
		for _, one := range n.Content {
			read, err := fromYAML(one, depth+1)
			if err != nil {
				return v, err
			}
			v.list = append(v.list, read)
		}
		return v, nil
	case yaml.MappingNode:
		v := value{form: object}
		for i := 0; i+1 < len(n.Content); i += 2 {
			read, err := fromYAML(n.Content[i+1], depth+1)
			if err != nil {
				return v, err
			}
			if n.Content[i].Kind != yaml.ScalarNode {
				return v, errAlias
			}
			v.members = append(v.members, member{n.Content[i].Value, read})
		}
		return v, nil
	case yaml.ScalarNode:
		return scalar(n), nil
	default:
		return value{}, errAlias
	}
}

// scalar reads what YAML 1.2 takes for a number, a truth value or nothing; everything else is text.
func scalar(n *yaml.Node) value {
	switch n.ShortTag() {
	case "!!null":
		return value{form: null}
	case "!!bool":
		if b, err := strconv.ParseBool(strings.ToLower(n.Value)); err == nil {
			return value{form: boolean, bool: b}
		}
	case "!!int":
		if i, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return value{form: number, text: decimal(i)}
		}
	case "!!float":
		if json.Valid([]byte(n.Value)) {
			return value{form: number, text: n.Value}
		}
	}
	return value{form: text, text: n.Value}
}
