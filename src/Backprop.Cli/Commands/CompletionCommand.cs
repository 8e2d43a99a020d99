using System.CommandLine;
using Backprop.Cli.Input;
using Backprop.Cli.Output;

namespace Backprop.Cli.Commands;

/// <summary><c>completion SHELL</c>: a script that asks the tool itself, by the parser's <c>[suggest:POSITION]</c> directive.</summary>
internal static class CompletionCommand
{
    /// <summary>bash splits words at colons and equals signs too; what stands before the last of them is taken off each proposal.</summary>
    private const string Bash = """
        _backprop() {
          local line="${COMP_LINE:0:COMP_POINT}" word before proposal
          line="${line#"${line%%[![:space:]]*}"}"
          line="${line#* }"
          word="${line##* }"
          before="${word%"${word##*[:=]}"}"
          COMPREPLY=()
          while IFS= read -r proposal; do
            [[ "$proposal" == "$word"* ]] && COMPREPLY+=("${proposal#"$before"}")
          done < <("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)
        }
        complete -o default -F _backprop backprop
        """;

    private const string Zsh = """
        _backprop() {
          local line="${BUFFER[1,CURSOR]#* }"
          local -a found=("${(@f)$(${words[1]} "[suggest:${#line}]" "$line" 2>/dev/null)}")
          compadd -a found
          _files
        }
        compdef _backprop backprop
        """;

    private const string Fish = """
        function __backprop
          set -l line (commandline -cp | string replace -r '^\s*\S+\s+' '')
          backprop "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c backprop -a '(__backprop)'
        """;

    /// <summary>What stands before the cursor without the command, which may be a path in quotation marks.</summary>
    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName backprop -ScriptBlock {
          param($word, $ast, $position)
          $length = $position - $ast.Extent.StartOffset
          $line = $ast.Extent.Text.PadRight($length).Substring(0, $length).Substring($ast.CommandElements[0].Extent.Text.Length).TrimStart()
          & $ast.CommandElements[0].Value "[suggest:$($line.Length)]" $line 2>$null | Where-Object { $_.StartsWith($word) } | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or powershell (pwsh)" };
        shell.AcceptOneOf("shell", "bash", "zsh", "fish", "powershell", "pwsh");
        var command = new Command("completion", "A script that completes commands, options and names in a shell") { shell };
        command.SetAction(parsed =>
        {
            Terminal.Out.WriteLine(parsed.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, "fish" => Fish, _ => PowerShell });
            return ExitCode.Done;
        });
        return command;
    }
}
