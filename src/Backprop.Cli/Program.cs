Console.WriteLine("backprop"); return 0;
