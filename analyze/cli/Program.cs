using TraceKit.Cli.Host;

return App.Run(args);
